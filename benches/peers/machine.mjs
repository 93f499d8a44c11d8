// What was measured on, and with which versions.
import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

import { BENCH, PEERS, ROOT, TARGET } from './places.mjs';

const SYNCS = 200;

export function machine() {
  const { type, syncMs } = disk();
  return [
    ['date', new Date().toISOString().slice(0, 10)],
    ['processor', `${cpus()[0].model.trim()}, ${cpus().length} cores, shared by server and load`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `Linux ${release()}`],
    ['disk', `${type}; a write of 4 KiB with \`fdatasync\` takes ${syncMs.toFixed(2)} ms (median of ${SYNCS})`],
    ['Parlor', commit()],
    ['compiler', said('rustc', '--version')],
    ['axum, tokio', `${crate('axum')}, ${crate('tokio')}`],
    ['Node.js', process.version],
    ['Bun', said(join(PEERS, 'node_modules/.bin/bun'), '--version')],
    ['ws, Socket.IO', `${npm('ws')}, ${npm('socket.io')}`],
    ['NATS', said(join(TARGET, 'nats/bin/nats-server'), '--version').replace('nats-server: ', '')],
  ];
}

function commit() {
  const short = said('git', 'rev-parse', '--short', 'HEAD');
  // The row before this one has written into the report.
  const changes = said('git', 'status', '--porcelain', '--untracked-files=no', '--', ':/', ':!/docs/PERFORMANCE.md');
  return changes ? `${short}, with changes` : short;
}

function said(program, ...args) {
  try {
    return execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'not there';
  }
}

function npm(name) {
  return JSON.parse(readFileSync(join(PEERS, 'package.json'), 'utf8')).dependencies[name];
}

function crate(name) {
  const lock = readFileSync(join(ROOT, 'Cargo.lock'), 'utf8');
  return lock.match(new RegExp(`name = "${name}"\nversion = "([^"]+)"`))?.[1] ?? 'not there';
}

function disk() {
  mkdirSync(BENCH, { recursive: true });
  const path = join(BENCH, 'sync');
  const file = openSync(path, 'w');
  const times = [];
  for (let n = 0; n < SYNCS; n++) {
    const began = process.hrtime.bigint();
    writeSync(file, Buffer.alloc(4096, n));
    fdatasyncSync(file);
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  closeSync(file);
  rmSync(path);
  times.sort((a, b) => a - b);
  return { type: fileSystem(path), syncMs: times[SYNCS / 2] };
}

/** That of the longest mount point which the path is under. */
function fileSystem(path) {
  const mounts = readFileSync('/proc/mounts', 'utf8').trim().split('\n').map((line) => line.split(' '));
  const above = mounts.filter(([, point]) => point === '/' || path.startsWith(`${point}/`));
  const [, , type] = above.sort((a, b) => a[1].length - b[1].length).at(-1);
  return type;
}
