// Measures the servers in turn: scripts/bench [--quick] [--only ROW,…] [--servers NAME,…] [--times N] [--report].
import { parseArgs } from 'node:util';

import { machine } from './machine.mjs';
import { forget, keep, keepMachine, measure } from './measurement.mjs';
import { IS_QUICK } from './places.mjs';
import { report } from './report.mjs';
import { ROWS } from './rows.mjs';
import { Server } from './server.mjs';
import { SERVERS } from './servers.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    servers: { type: 'string' },
    times: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});
const times = Number(values.times ?? (IS_QUICK ? 1 : 3));
const rows = chosen(ROWS, values.only);
const servers = chosen(SERVERS, values.servers);

/** The one that is being measured. */
let server;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server?.stop().finally(() => process.exit(1)));

if (!values.report) {
  keepMachine(machine());
  for (const row of rows) await measureRow(row);
}
console.error(`\nWritten to ${report()}`);

/** Servers take turns within each repetition, so that none has a better hour of the machine than others. */
async function measureRow(row) {
  const kinds = servers.filter(({ name }) => row.only?.includes(name) ?? true);
  kinds.forEach((kind) => forget(row, kind));
  const load = IS_QUICK ? { ...row.load, ...row.quick } : row.load;
  console.error(`\n==> ${row.title}`);
  for (let repetition = 1; repetition <= times; repetition++) {
    for (const kind of kinds) {
      const result = await resultOf(kind, row, { ...load, ...row.loads?.[kind.name] });
      keep(row, kind, repetition, result);
      const [, key, shown] = row.main;
      console.error(`${kind.name.padEnd(12)} ${result.failure ?? shown(result.figures[key])}`);
    }
  }
}

async function resultOf(kind, row, load) {
  try {
    server = await Server.start(kind, row);
    return await measure(server, row, load);
  } catch (error) {
    return { failure: error.message, commands: [] };
  } finally {
    await server?.stop();
    server = undefined;
  }
}

function chosen(all, names) {
  if (!names) return all;
  return names.split(',').map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new Error(`${name} is none of ${all.map((one) => one.name).join(', ')}`);
    return found;
  });
}
