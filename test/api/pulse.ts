import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../src/app.ts';
import { dataOf } from '../support/graphql.ts';

const everyMs = 20;

/** What this machine, busy with other things, is late by on its own: what is promised in milliseconds is measured beyond it. */
export interface Pulse extends AsyncDisposable {
  /** The longest that a small request has taken so far, sent all along, of which the store answers one row. */
  readonly worstMs: number;
  /** What may be added to a promise: what ends is noticed, written and pushed, three times through the busy machine. */
  readonly slackMs: number;
}

export function startPulse(...nodes: readonly Pick<App, 'graphqlUrl'>[]): Pulse {
  const beats = nodes.map((node) => new Beat(node));
  const worstMs = () => Math.max(...beats.map((beat) => beat.worstMs));
  return {
    get worstMs() {
      return worstMs();
    },
    get slackMs() {
      return 3 * worstMs();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(beats.map((beat) => beat.stop()));
    },
  };
}

class Beat {
  #worstMs = 0;
  #sentAt = performance.now();
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(node: Pick<App, 'graphqlUrl'>) {
    this.#running = this.#run(node);
  }

  get worstMs(): number {
    return Math.max(this.#worstMs, performance.now() - this.#sentAt);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run({ graphqlUrl }: Pick<App, 'graphqlUrl'>): Promise<void> {
    while (!this.#stopped) {
      this.#sentAt = performance.now();
      await dataOf(graphqlUrl, '{ events(first: 1) { edges { cursor } } }', {});
      this.#worstMs = this.worstMs;
      await sleep(everyMs);
    }
  }
}
