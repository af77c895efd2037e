import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../support/wait-for.ts';

/** What `npm run build` made, which every test run begins with. */
const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface ProcessOptions {
  /** All of its environment but PATH. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** `holdfast serve`, or another command line, as a process of its own. Disposing of it kills it. */
export class ServerProcess implements AsyncDisposable {
  output = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;

  constructor(command: readonly [string, ...string[]], { env, cwd }: ProcessOptions) {
    const [file, ...args] = command;
    // In a group of its own, so that what it starts can be signalled along with it, as a terminal does.
    this.#child = spawn(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  static serve(options: ProcessOptions): ServerProcess {
    return new ServerProcess([process.execPath, program, 'serve'], options);
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /** The API's address, once it says that it is ready; that may take long on a machine that has other things to do. */
  async ready(): Promise<string> {
    return this.said(/Holdfast is ready: (\S+\/graphql)/, { withinMs: 60_000 });
  }

  /** The first group of what it has said; fails if it has not by then. */
  async said(pattern: RegExp, { withinMs }: { readonly withinMs: number }): Promise<string> {
    const group = () => pattern.exec(this.output)?.[1];
    return waitFor(group, { withinMs, what: String(pattern) }).catch((cause: unknown) => {
      throw new Error(`it did not say ${pattern}, but:\n${this.output}`, { cause });
    });
  }

  /** Of processor time, whole ones: what it would have taken on a machine with nothing else to do. */
  processorSeconds(): number {
    const { stdout } = spawnSync('ps', ['-o', 'time=', '-p', String(this.pid)], { encoding: 'utf8' });
    return stdout
      .trim()
      .split(/[:-]/)
      .reduce((sum, part) => sum * 60 + Number(part), 0);
  }

  signal(...signals: NodeJS.Signals[]): void {
    for (const signal of signals) this.#child.kill(signal);
  }

  /** As a person at its keyboard. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** How it ended, and fails if it has not by then. */
  async ended({ withinMs = 10_000 } = {}): Promise<Ended> {
    let ended: Ended | undefined;
    void this.#ended.then((how) => {
      ended = how;
    });
    return waitFor(() => ended, { withinMs, what: 'the process to end' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.pid, 'SIGKILL');
    await this.#ended;
  }
}
