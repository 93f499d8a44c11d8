// The servers that are measured beside each other, and what each of them gives for what it costs.
import { join } from 'node:path';

import { PEERS, ROOT, TARGET } from './places.mjs';

const bun = join(PEERS, 'node_modules/.bin/bun');
const nats = join(TARGET, 'nats/bin/nats-server');
const parlor = process.env.PARLOR_BENCH_PROGRAM ?? join(TARGET, 'release/parlor');

const node = (file) => (port) => [process.execPath, join(PEERS, file), port];

/**
 * `command(port, data, row)` gives the program and its arguments. `durable`, `acked` and `authenticated` are what the
 * report says of it.
 */
export const SERVERS = [
  {
    name: 'parlor',
    title: '**Parlor**',
    dialect: 'parlor',
    durable: 'yes, synced',
    acked: 'both ways',
    authenticated: 'yes',
    command: (port, data, row) => [
      parlor,
      ...['--listen', `127.0.0.1:${port}`, '--data', data, '--log', 'error'],
      ...['--behind-proxy', '--connections-per-address', '100000'],
      ...(row.parlorFlags ?? []),
    ],
  },
  {
    name: 'bun',
    title: 'Bun, publish',
    dialect: 'plain',
    durable: 'no',
    acked: 'no',
    authenticated: 'no',
    command: (port) => [bun, join(PEERS, 'bun.mjs'), port],
  },
  {
    name: 'bun_sqlite',
    title: 'Bun with SQLite',
    dialect: 'plain',
    durable: 'yes, synced',
    acked: 'no',
    authenticated: 'no',
    command: (port, data) => [bun, join(PEERS, 'bun_sqlite.mjs'), port, data],
  },
  {
    name: 'nats',
    title: 'NATS',
    dialect: 'nats',
    durable: 'no',
    acked: 'no',
    authenticated: 'no',
    environment: (port) => ({ PEER_PORT: port }),
    command: () => [nats, '-c', join(PEERS, 'nats.conf')],
  },
  {
    name: 'jetstream',
    title: 'NATS with JetStream',
    dialect: 'jetstream',
    durable: 'yes, synced',
    acked: 'to the sender',
    authenticated: 'no',
    environment: (port, data) => ({ PEER_PORT: port, PEER_DATA: data }),
    command: () => [nats, '-c', join(PEERS, 'jetstream.conf')],
    prepare: (port) => [process.execPath, join(PEERS, 'jetstream.mjs'), port],
  },
  {
    name: 'axum',
    title: 'axum, broadcast',
    dialect: 'plain',
    durable: 'no',
    acked: 'no',
    authenticated: 'no',
    command: (port) => [join(TARGET, 'release/examples/axum_broadcast'), port],
  },
  {
    name: 'socket_io',
    title: 'Socket.IO',
    dialect: 'socket-io',
    durable: 'no',
    acked: 'to the sender',
    authenticated: 'no',
    command: node('socket_io.mjs'),
  },
  {
    name: 'article',
    title: 'ws, as in articles',
    dialect: 'article',
    durable: 'no',
    acked: 'by receivers',
    authenticated: 'no',
    command: node('article.mjs'),
  },
];

/** As somebody types it in the project's folder. */
export function shown(words) {
  const short = (word) => String(word).replace(`${ROOT}/`, '').replace(process.execPath, 'node');
  return words.map((word) => quoted(short(word))).join(' ');
}

export function quoted(word) {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
