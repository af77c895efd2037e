import { setInterval as every } from 'node:timers/promises';
import type { AsyncStack } from '../../src/async-stack.ts';
import { Child } from '../child-process.ts';
import type { Endpoints, LoadProcess, LoadRequest, LoadRun, Preparation, Until } from './load-process.ts';

const PROGRESS_EVERY_MS = 2_000;

/** Sends the prepared requests, or the rest of them. */
export type Send = (until: Until) => Promise<LoadRun>;

/** Sends requests from a process of its own, so that it waits for nothing but the server. */
export class Load {
  readonly #process: Child<LoadProcess>;
  #prepared: readonly LoadRequest[] | undefined;

  constructor(resources: AsyncStack) {
    const module = new URL('./load-process.ts', import.meta.url);
    this.#process = resources.use(new Child<LoadProcess>(module, [], { NODE_ENV: 'production' }));
  }

  /** Signs and serializes requests, unless they are already prepared. */
  async prepare(preparation: Preparation): Promise<void> {
    if (this.#prepared === preparation.requests) return;
    await this.#process.ask('prepare', preparation);
    this.#prepared = preparation.requests;
  }

  /** Opens connections, runs the work, which may send in several parts, and closes them. `name` is for progress messages. */
  async connected<Result>(name: string, endpoints: Endpoints, work: (send: Send) => Promise<Result>): Promise<Result> {
    await this.#process.ask('connect', endpoints);
    const stop = new AbortController();
    const shown = this.#showProgress(name, stop.signal);
    try {
      return await work((until) => this.#process.ask('send', until));
    } finally {
      stop.abort();
      await shown;
      await this.#process.ask('disconnect');
    }
  }

  async #showProgress(name: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of every(PROGRESS_EVERY_MS, undefined, { signal })) {
        const { sent, granted } = await this.#process.ask('progress');
        process.stderr.write(`  ${name}: ${sent} of ${this.#prepared?.length} sent, ${granted} granted\n`);
      }
    } catch (fault) {
      if (!signal.aborted) throw fault;
    }
  }
}
