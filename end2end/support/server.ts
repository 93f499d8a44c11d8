import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';

const project = resolve(import.meta.dirname, '../..');
const binary = resolve(process.env.PARLOR_BIN ?? join(project, 'target/release/parlor'));
const site = resolve(process.env.PARLOR_SITE ?? join(project, 'target/site'));

const START_WITHIN_MS = 10_000;

/** A real server with data of its own. It can be taken down and comes back at the same address with the same data. */
export class Server {
  /** What it has written to stdout and stderr. */
  log = '';
  /** Whether it has ever been taken down, so that pages may complain about it. */
  wasDown = false;
  url = '';

  private process: ChildProcess | undefined;
  private listen = '127.0.0.1:0';

  private constructor(private readonly data: string) {}

  static async fresh(): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'parlor-e2e-')));
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    await this.run(binary);
  }

  /** The disk takes little more, and then no writing: files may not grow beyond so many blocks of 512 bytes. */
  async startWithFullDisk(blocks: number): Promise<void> {
    await this.run('sh', '-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`, binary);
  }

  private async run(program: string, ...args: string[]): Promise<void> {
    const started = spawn(program, [...args, '--listen', this.listen, '--data', this.data], {
      cwd: project,
      env: { ...process.env, PARLOR_SITE: site },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = started;
    this.url = await this.address(started);
    this.listen = new URL(this.url).host;
  }

  /** The link that makes the first administrator, as it was printed last. */
  async claimLink(): Promise<string> {
    const link = () => this.log.match(/Become the administrator at \S+/g)?.at(-1)?.split(' ').at(-1) ?? '';
    await expect.poll(link).not.toBe('');
    const { pathname, hash } = new URL(link());
    return pathname + hash;
  }

  /** Dies as in a power cut: nothing is told to anyone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops as when it is updated, and says with which exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.data, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = this.process;
    this.process = undefined;
    if (!ending || ending.exitCode !== null) return ending?.exitCode ?? null;
    this.wasDown = true;
    const exit = once(ending, 'exit');
    ending.kill(signal);
    const [code] = await exit;
    return code;
  }

  private address(started: ChildProcess): Promise<string> {
    return new Promise((found, failed) => {
      const giveUp = (why: string) => failed(new Error(`${binary} ${why}:\n${this.log}`));
      const late = setTimeout(() => giveUp('does not listen'), START_WITHIN_MS);
      const read = (chunk: Buffer) => {
        this.log += chunk;
        const address = /Parlor is at (http:\/\/\S+)/.exec(this.log.slice(before));
        if (!address?.[1]) return;
        clearTimeout(late);
        found(address[1]);
      };
      const before = this.log.length;
      started.stdout?.on('data', read);
      started.stderr?.on('data', (chunk: Buffer) => (this.log += chunk));
      started.once('error', (error) => giveUp(error.message));
      started.once('exit', (code, signal) => giveUp(`ended with ${code ?? signal}`));
    });
  }
}
