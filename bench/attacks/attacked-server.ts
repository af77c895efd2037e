import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const probe = new URL('./loop-probe.js', import.meta.url).href;
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** Growth at which the server is killed, to protect the machine. Far beyond the bound. */
const KILLED_AT_MB = 2_000;

export interface Strain {
  /** CPU time of the longest turn of the event loop. */
  blockedMs: number;
  /** Duration of the slowest health check, and the largest resident set. */
  healthMs: number;
  rssMb: number;
}

/** `dist/main.js serve` in a process of its own, with probes inside and outside. Disposing of it kills it. */
export class AttackedServer implements AsyncDisposable {
  graphqlUrl = '';
  readonly #process: ChildProcess;
  readonly #isOver = new AbortController();
  #strain: Strain = { blockedMs: 0, healthMs: 0, rssMb: 0 };
  #said = '';
  #watching: Promise<unknown> = Promise.resolve();

  private constructor(env: NodeJS.ProcessEnv, cwd: string) {
    this.#process = spawn(process.execPath, ['--import', probe, program, 'serve'], {
      cwd,
      env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', LOG_FORMAT: 'json', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-20_000);
      });
    }
    (this.#process.stdio[3] as Readable).setEncoding('utf8').on('data', (lines: string) => {
      for (const line of lines.split('\n')) this.#strain.blockedMs = Math.max(this.#strain.blockedMs, Number(line));
    });
  }

  /** @param env overrides the defaults */
  static async start(env: NodeJS.ProcessEnv, cwd: string): Promise<AttackedServer> {
    const server = new AttackedServer(env, cwd);
    const untilMs = performance.now() + READY_WITHIN_MS;
    while (server.graphqlUrl === '') {
      if (!server.isAlive || performance.now() > untilMs) throw new Error(`the server is not ready:\n${server.#said}`);
      await sleep(LOOK_EVERY_MS);
      server.graphqlUrl = /Holdfast is ready: (\S+?\/graphql)/.exec(server.#said)?.[1] ?? '';
    }
    server.#watching = Promise.all([server.#watchHealth(), server.#watchMemory()]);
    return server;
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Since the previous call. */
  async strain(): Promise<Strain> {
    const strain = this.#strain;
    this.#strain = { blockedMs: 0, healthMs: 0, rssMb: await this.#rssMb() };
    return strain;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver.abort();
    this.#process.kill('SIGKILL');
    if (this.isAlive) await once(this.#process, 'close');
    await this.#watching;
  }

  /** Runs one check at a time. One without an answer counts with its duration so far. */
  async #watchHealth(): Promise<void> {
    const { signal } = this.#isOver;
    const url = new URL('/healthz', this.graphqlUrl);
    while (!signal.aborted && this.isAlive) {
      const askedAt = performance.now();
      const note = () => {
        this.#strain.healthMs = Math.max(this.#strain.healthMs, performance.now() - askedAt);
      };
      const noting = setInterval(note, LOOK_EVERY_MS);
      await fetch(url, { signal })
        .then((response) => response.text())
        .catch(() => {});
      clearInterval(noting);
      note();
      await sleep(20);
    }
  }

  async #watchMemory(): Promise<void> {
    const startMb = await this.#rssMb();
    while (!this.#isOver.signal.aborted && this.isAlive) {
      const rssMb = await this.#rssMb();
      this.#strain.rssMb = Math.max(this.#strain.rssMb, rssMb);
      if (rssMb - startMb > KILLED_AT_MB) this.#process.kill('SIGKILL');
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** 0 if the process has ended. */
  async #rssMb(): Promise<number> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, 'utf8').catch(() => '');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_000;
  }
}
