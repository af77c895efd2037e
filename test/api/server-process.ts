import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../support/wait-for.ts';

/** Built before every test run. */
const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface ProcessOptions {
  /** Whole environment except PATH. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** `holdfast serve` or another command in its own process. Disposing of it kills it. */
export class ServerProcess implements AsyncDisposable {
  output = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;

  constructor(command: readonly [string, ...string[]], { env, cwd }: ProcessOptions) {
    const [file, ...args] = command;
    // In its own process group, so that its children get the same signals, as from a terminal.
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

  /** The API's URL once it is printed, which may take long on a busy machine. */
  async ready(): Promise<string> {
    return this.said(/Holdfast is ready: (\S+\/graphql)/, { withinMs: 60_000 });
  }

  /** The first group of the pattern in its output. Rejects after the bound. */
  async said(pattern: RegExp, { withinMs }: { readonly withinMs: number }): Promise<string> {
    const group = () => pattern.exec(this.output)?.[1];
    return waitFor(group, { withinMs, what: String(pattern) }).catch((cause: unknown) => {
      throw new Error(`it did not say ${pattern}, but:\n${this.output}`, { cause });
    });
  }

  /** Processor time in whole seconds, which does not depend on other load. */
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

  /** Types on its terminal. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Exit code and output. Rejects after the bound. */
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
