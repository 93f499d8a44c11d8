// One run of the load generator against one server, kept as a file of JSON.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RESULTS, ROOT, TARGET } from './places.mjs';
import { shown } from './servers.mjs';

const LOAD = join(TARGET, 'release/examples/load');
/** Beyond what a scenario is to take, for connecting and for hearing what is still on its way. */
const MORE_MAX_SECONDS = 300;

/** Never fails: what went wrong is part of the result. */
export async function measure(server, run) {
  const words = [LOAD, ...wordsOf(run, server, server.address, server.pid), '--json'];
  if (run.restarts) words.push('--restart-command', server.restartCommand());
  const secondsMax = run.secondsMax ?? (run.load.seconds ?? 0) + MORE_MAX_SECONDS;
  const { code, out, errors } = await spawned(words, secondsMax);
  const result = { figures: figuresOf(out), failure: undefined, command: commandOfUser(run, server) };
  if (!run.withoutServer && !server.isRunning) result.failure = `the server ended: ${server.lastWords()}`;
  else if (code === null) result.failure = `not done after ${secondsMax} s`;
  else if (code !== 0 || !result.figures) result.failure = reason(errors);
  return result;
}

function wordsOf(run, server, address, pid) {
  const flags = Object.entries(run.load).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  if (run.withoutServer) {
    const program = run.startsServer ? ['--program', server.words[0]] : [];
    return [run.scenario, '--data', server.data, ...program, ...flags];
  }
  return [run.scenario, '--server', address, '--pid', String(pid), '--dialect', server.kind.dialect, ...flags];
}

/** The first violation tells more than how many there are. */
function reason(errors) {
  const lines = errors.trim().split('\n');
  return (lines.find((line) => line.startsWith('violation: ')) ?? lines.at(-1)).slice(0, 200);
}

/** What does the same on the terminal; the port and the process are those of whoever types it. */
function commandOfUser(run, server) {
  const words = ['cargo', 'run', '--release', '--features', 'ssr', '--example', 'load', '--'];
  return shown([...words, ...wordsOf(run, server, '127.0.0.1:PORT', 'PID')]);
}

function spawned([program, ...args], secondsMax) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), secondsMax * 1_000);
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (errors += data));
    child.on('error', (error) => (errors += error.message));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, errors });
    });
  });
}

function figuresOf(out) {
  try {
    return JSON.parse(out.trim().split('\n').at(-1));
  } catch {
    return undefined;
  }
}

export function keepMachine(facts) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'machine.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
}

export function keptMachine() {
  return JSON.parse(readFileSync(join(RESULTS, 'machine.json'), 'utf8'));
}

export function keep(row, line, repetition, result) {
  mkdirSync(join(RESULTS, row.name), { recursive: true });
  writeFileSync(fileOf(row, line, repetition), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Those of earlier runs are gone from then on. */
export function forget(row, line) {
  for (const file of filesOf(row, line)) rmSync(join(RESULTS, row.name, file));
}

export function kept(row, line) {
  return filesOf(row, line).map((file) => JSON.parse(readFileSync(join(RESULTS, row.name, file), 'utf8')));
}

function fileOf(row, line, repetition) {
  return join(RESULTS, row.name, `${line.name}-${repetition}.json`);
}

function filesOf(row, line) {
  mkdirSync(join(RESULTS, row.name), { recursive: true });
  return readdirSync(join(RESULTS, row.name)).filter((file) => file.startsWith(`${line.name}-`));
}
