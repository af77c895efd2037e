import type { LiveSeatMap } from '../../src/live/live-seat-map.ts';
import { SharedSubscription, type SubscriberSink } from '../../src/live/shared-subscription.ts';
import { type SeatMapUpdate, seatMapSource } from '../../src/live/sources.ts';
import { WorkBudget } from '../../src/work-budget.ts';

/** A subscriber's connection, which may be slow. */
export class MapReader implements SubscriberSink {
  readonly address = 'a';
  readonly work = new WorkBudget({ perSecond: 1e9, atOnce: 1e9 }, () => performance.now());
  readonly #waiting = new Set<() => void>();
  readonly #receive: (update: SeatMapUpdate) => void;
  isWritable = true;

  constructor(onUpdate: (update: SeatMapUpdate) => void) {
    this.#receive = onUpdate;
  }

  next(payload: Buffer): void {
    this.#receive(JSON.parse(String(payload)));
  }

  onWritable(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  makeRoom(): void {
    this.isWritable = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }
}

const shared = new WeakMap<LiveSeatMap, SharedSubscription>();

/** Subscribes to a shared operation like a client. Returns how to stop. */
export function readMap(map: LiveSeatMap, reader: MapReader, since: number | null = null): () => void {
  const subscription =
    shared.get(map) ??
    new SharedSubscription({
      source: seatMapSource(map, (update) => update, 1),
      isBudgeted: false,
      everyMs: 0,
      monotonicNow: () => performance.now(),
    });
  shared.set(map, subscription);
  const subscriber = subscription.join(reader, since);
  return () => subscriber[Symbol.dispose]();
}
