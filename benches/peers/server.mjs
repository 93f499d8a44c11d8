// One server while it is measured: started on a free port of the loopback, ended by its process id.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { BENCH, ROOT } from './places.mjs';
import { quoted, shown } from './servers.mjs';

const START_MAX_MS = 15_000;
const STOP_MAX_MS = 10_000;

export class Server {
  /** With a folder of its own, and not started yet. */
  static async make(kind, row) {
    const server = new Server();
    server.kind = kind;
    server.port = await freePort();
    server.data = join(BENCH, 'data', kind.name);
    rmSync(server.data, { recursive: true, force: true });
    mkdirSync(server.data, { recursive: true });
    server.words = kind.command(String(server.port), server.data, row);
    server.environment = kind.environment?.(String(server.port), server.data) ?? {};
    server.pidFile = join(server.data, 'pid');
    server.logFile = join(BENCH, `${kind.name}.log`);
    rmSync(server.logFile, { force: true });
    return server;
  }

  async start() {
    spawnSync('sh', ['-c', this.startCommand()], { cwd: ROOT, stdio: 'inherit' });
    await this.answers();
    if (this.kind.prepare) prepare(this.kind.prepare(String(this.port), this.data));
  }

  /** For a shell. The server goes on when the shell has ended. */
  startCommand() {
    const variables = Object.entries(this.environment).map(([name, value]) => `${name}=${quoted(value)}`);
    const words = [...variables, ...this.words.map(quoted)].join(' ');
    return `${words} </dev/null >>${quoted(this.logFile)} 2>&1 & echo $! >${quoted(this.pidFile)}`;
  }

  /** For a shell: kills it and starts it again on the same port with the same data. */
  restartCommand() {
    const pid = `$(cat ${quoted(this.pidFile)})`;
    return `kill -9 ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.01; done; ${this.startCommand()}`;
  }

  /** As somebody types it to have the same server. */
  shown() {
    const variables = Object.entries(this.environment).map(([name, value]) => `${name}=${shown([value])}`);
    return [...variables, shown(this.words)].join(' ');
  }

  /** None before the start. */
  get pid() {
    return existsSync(this.pidFile) ? Number(readFileSync(this.pidFile, 'utf8')) : undefined;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  get isRunning() {
    if (!this.pid) return false;
    try {
      process.kill(this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** The last of what it said, for when something is wrong. */
  lastWords() {
    const lines = readFileSync(this.logFile, 'utf8').trim().split('\n');
    return lines.at(-1).slice(0, 200);
  }

  async answers() {
    const until = Date.now() + START_MAX_MS;
    while (!(await isOpen(this.port))) {
      if (!this.isRunning) throw new Error(`the server ended: ${this.lastWords()}`);
      if (Date.now() > until) throw new Error(`the server does not answer: ${this.lastWords()}`);
      await pause(20);
    }
  }

  async stop() {
    const until = Date.now() + STOP_MAX_MS;
    for (let signal = 'SIGTERM'; this.isRunning; await pause(20)) {
      if (signal) process.kill(this.pid, signal);
      signal = Date.now() > until ? 'SIGKILL' : undefined;
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}

function prepare([program, ...args]) {
  const { status } = spawnSync(program, args, { stdio: 'inherit', timeout: START_MAX_MS });
  if (status !== 0) throw new Error('the server could not be prepared');
}

async function freePort() {
  const listener = createServer();
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
