import type { SeatDigest } from '../store/statements/seat-digest.ts';
import type { SeatMap } from './seat-map.ts';

/** Between two comparisons of a map at most. A quarter of it varies, so that maps and nodes spread over time. */
const COMPARE_EVERY_MS = 5_000;

/** What a map has not heard of by then, after the store had it, was lost on the way. */
const NEWS_WITHIN_MS = 300;

/**
 * How long a map may be wrong, whatever was lost without a trace: until it is compared, until news still on the way would
 * be here, until it is repaired and the frame is out; with 1.2 s for the store's three answers to that.
 */
export const WRONG_FOR_AT_MOST_MS = 7_000;

/** `late`: what differed was on its way already. */
export type Comparison = 'equal' | 'late' | 'different';

/** What the store has, for one event. */
export interface ComparedStore {
  readonly readDigest: (eventId: string) => Promise<SeatDigest>;
  /** By index. */
  readonly readVersions: (eventId: string) => Promise<Int32Array>;
}

export interface ComparisonsSettings {
  readonly eventId: string;
  readonly store: ComparedStore;
  readonly seats: SeatMap;
  /** The map is being repaired, or will be: there is nothing to find out. */
  readonly isRepairing: () => boolean;
  readonly onCompared: (result: Comparison) => void;
  readonly onFailed: (err: unknown) => void;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Finds out, again and again, whether one map has missed something of which there is no other sign. */
export class Comparisons implements AsyncDisposable {
  readonly #settings: ComparisonsSettings;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #endWait = () => {};
  #disposed = false;

  constructor(settings: ComparisonsSettings) {
    this.#settings = settings;
    this.#compareIn(COMPARE_EVERY_MS * settings.random());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#endWait();
    await this.#running;
  }

  #compareIn(waitMs: number): void {
    if (this.#disposed) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, waitMs);
  }

  /** A store that does not answer now may do so the next time. */
  async #run(): Promise<void> {
    const { isRepairing, onCompared, onFailed, random } = this.#settings;
    try {
      const result = isRepairing() ? undefined : await this.#compare();
      if (result !== undefined && !this.#disposed) onCompared(result);
    } catch (err) {
      onFailed(err);
    }
    this.#compareIn(COMPARE_EVERY_MS * (1 - random() / 4));
  }

  /** Sums can't be waited for while a map goes on changing: seat by seat it is seen whether it ever reached the store. */
  async #compare(): Promise<Comparison> {
    const { eventId, store, seats } = this.#settings;
    if (sameDigest(await store.readDigest(eventId), seats.digest)) return 'equal';
    const before = Int32Array.from(seats.versions);
    const stored = await store.readVersions(eventId);
    await this.#wait(NEWS_WITHIN_MS);
    const hasMissed = stored.some((version, index) => version > (seats.versions[index] ?? 0));
    // Only a store that lost writes, as one that failed over may, is behind what a map knew before it was asked.
    const isBehind = before.some((version, index) => version > (stored[index] ?? -1));
    return hasMissed || isBehind ? 'different' : 'late';
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = setTimeout(resolve, this.#disposed ? 0 : waitMs);
      this.#endWait = resolve;
    });
  }
}

function sameDigest(one: SeatDigest, other: SeatDigest): boolean {
  return (
    one.seatCount === other.seatCount && one.versionSum === other.versionSum && one.weightedSum === other.weightedSum
  );
}
