import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Functions of a child process, by name. Each takes at most one argument. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly fault?: string;
}

/** A child process whose module calls `answerParent`. Pending calls reject when it dies. */
export class Child<Known extends Handlers> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers>();
  #asked = 0;

  constructor(module: URL, nodeOptions: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const execArgv = ['--import', 'tsx/esm', ...nodeOptions];
    this.#process = fork(module, { execArgv, serialization: 'advanced', env: { ...process.env, ...env } });
    this.#process.on('message', (answer: Answer) => this.#receive(answer));
    this.#process.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${module.pathname} ended with ${code}`));
    });
  }

  ask<Name extends keyof Known & string>(
    name: Name,
    ...[argument]: Parameters<Known[Name]>
  ): Promise<Awaited<ReturnType<Known[Name]>>> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#process.send({ id, name, argument } satisfies Question);
    });
  }

  /** Lets it exit by itself, so that it writes its profiles. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  #receive({ id, value, fault }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (fault === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(fault));
  }
}

interface PromiseWithResolvers {
  resolve(value: unknown): void;
  reject(fault: Error): void;
}

/** To be called in the child: answers the parent's calls until the parent disconnects. */
export function answerParent(handlers: Handlers): void {
  process.on('message', async ({ id, name, argument }: Question) => {
    const answer = await answerTo(handlers, name, argument);
    process.send?.({ id, ...answer } satisfies Answer);
  });
  process.once('disconnect', () => process.exit());
}

async function answerTo(handlers: Handlers, name: string, argument: unknown) {
  try {
    return { value: await handlers[name]?.(argument as never) };
  } catch (fault) {
    return { fault: fault instanceof Error ? String(fault.stack) : String(fault) };
  }
}
