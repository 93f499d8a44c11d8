// Measures the servers in turn: scripts/bench [--quick] [--only ROW,…] [--servers NAME,…] [--times N] [--report].
import { parseArgs } from 'node:util';

import { machine } from './machine.mjs';
import { forget, keep, keepMachine, measure } from './measurement.mjs';
import { IS_QUICK } from './places.mjs';
import { report } from './report.mjs';
import { ROWS, linesOf, runsOf } from './rows.mjs';
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

/** Lines take turns within each repetition, so that none has a better hour of the machine than others. */
async function measureRow(row) {
  const lines = linesOf(row, servers);
  lines.forEach((line) => forget(row, line));
  console.error(`\n==> ${row.title}`);
  for (let repetition = 1; repetition <= times; repetition++) {
    for (const line of lines) {
      const result = await resultOf(line, row);
      keep(row, line, repetition, result);
      const [, key, shown] = row.main;
      console.error(`${line.name.padEnd(12)} ${result.failure ?? shown(result.figures[key])}`);
    }
  }
}

async function resultOf(line, row) {
  const runs = runsOf(row, line, IS_QUICK);
  const result = { figures: {}, failure: undefined, commands: [] };
  const add = async (run) => {
    if (result.failure) return;
    const { figures, failure, command } = await measure(server, run);
    for (const [key, value] of Object.entries(figures ?? {})) result.figures[run.prefix + key] = value;
    result.failure = failure;
    result.commands.push(command);
  };
  try {
    server = await Server.make(line.kind, row);
    for (const run of runs.filter(({ withoutServer }) => withoutServer)) await add(run);
    if (result.failure) return result;
    await server.start();
    result.commands.push(server.shown());
    for (const run of runs.filter(({ withoutServer }) => !withoutServer)) await add(run);
    return result;
  } catch (error) {
    return { ...result, failure: error.message };
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
