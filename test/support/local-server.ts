import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { Guard } from './guard.ts';
import { processTree } from './process-tree.ts';
import { untilReady } from './server-output.ts';

/** Below 32768, where Linux' ports of outgoing connections begin, which could block a restart. */
const ports = { from: 15_000, to: 32_000 };
const maxPortAttempts = 20;
const startWithinMs = 90_000;
const endWithinMs = 15_000;

export interface ServerProgram {
  readonly path: string;
  args(port: number): string[];
  /** Printed when clients can connect. */
  readonly readyMessage: string;
  /** Stops it gracefully without waiting for its clients. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  /** The user to run as; this process' by default. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

/** A server program in its own folder, on 127.0.0.1. Keeps its port and folder until disposed of. */
export class LocalServer implements AsyncDisposable {
  readonly #program: ServerProgram;
  readonly #folder: string;
  readonly #guard: Guard;
  #child: ChildProcess | undefined;
  #port = 0;

  /** @param folder is removed in the end */
  constructor(program: ServerProgram, folder: string) {
    this.#program = program;
    this.#folder = folder;
    this.#guard = new Guard(folder, program.stopSignal.slice('SIG'.length));
  }

  get port(): number {
    return this.#port;
  }

  /** Only the server itself can reliably find a free port, by listening on it. */
  async startOnFreePort(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#port = randomInt(ports.from, ports.to);
      try {
        return await this.start();
      } catch (error) {
        const isPortTaken = error instanceof Error && error.message.includes('Address already in use');
        if (!isPortTaken || attempt === maxPortAttempts) throw error;
      }
    }
  }

  /** With the same port and folder as before. Resolves when clients can connect; rejects with the server's output. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.#program.path} is running already`);
    const child = this.#spawn();
    this.#child = child;
    this.#guard.watch(child.pid);
    try {
      await untilReady(child, this.#program.readyMessage, startWithinMs);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** Gracefully. */
  async stop(): Promise<void> {
    this.resume();
    await this.#end((child) => child.kill(this.#program.stopSignal));
  }

  /** Kills every process of the server, like a crash. Resolves when all are gone. */
  async kill(): Promise<void> {
    this.pause();
    await this.#end(() => this.#signal('SIGKILL'));
  }

  /** Freezes the server: connections stay open without answers. */
  pause(): void {
    // The parent first, so that it starts no children meanwhile.
    this.#child?.kill('SIGSTOP');
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#guard.release();
  }

  #spawn(): ChildProcess {
    return spawn(this.#program.path, this.#program.args(this.#port), {
      cwd: this.#folder,
      // The terminal's Ctrl-C only signals the test run, which then ends its servers.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      ...this.#program.runAs,
    });
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.pid === undefined || hasEnded(this.#child)) return;
    for (const pid of processTree(this.#child.pid)) sendSignal(pid, signal);
  }

  async #end(ask: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (!hasEnded(child)) {
      // 'close' instead of 'exit', because the pipes close with the last of the server's processes.
      const closed = once(child, 'close', { signal: AbortSignal.timeout(endWithinMs) });
      ask(child);
      await closed;
    }
    this.#child = undefined;
    this.#guard.watch(undefined);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
