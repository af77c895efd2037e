import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../src/app.ts';
import { Changes } from './changes.ts';
import type { LargeEvent } from './venue.ts';
import { type Update, type Watcher, watchAll } from './watcher.ts';

/** Changes of one node's event, and how long after each was asked for its watchers were told. */
export class WatchedChanges {
  readonly #node: Pick<App, 'graphqlUrl'>;
  readonly #event: LargeEvent;
  #changes: Changes | undefined;
  #latencies: number[] = [];

  constructor(node: Pick<App, 'graphqlUrl'>, event: LargeEvent) {
    this.#node = node;
    this.#event = event;
  }

  watch(count: number): Promise<readonly Watcher[]> {
    const onUpdate = (update: Update) => {
      if (update.__typename !== 'SeatMapDelta' || this.#changes === undefined) return;
      this.#latencies.push(this.#changes.ageMs(update.seats.map(({ index }) => index)));
    };
    return watchAll(count, { graphqlUrl: this.#node.graphqlUrl, ...this.#event, onUpdate });
  }

  start(): Changes {
    this.#changes = new Changes(this.#node, this.#event);
    return this.#changes;
  }

  /** Of each of the next so many seconds. */
  async p99OfSeconds(seconds: number): Promise<number[]> {
    const p99s: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      this.#latencies = [];
      await sleep(1_000);
      p99s.push(atShare(this.#latencies, 0.99));
    }
    return p99s;
  }
}

/** The value that so large a share of them is below. */
export function atShare(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
