/** Age at which readings are dropped. Until then a node's clock and the store's drift apart by about a millisecond. */
const WINDOW_MS = 60_000;

/** Maximum number of readings. Their round trips get longer from the oldest to the newest, so that the oldest is always the best. */
const MAX_READINGS = 16;

interface Reading {
  readonly receivedAt: number;
  readonly roundTripMs: number;
  /** By how much the store's clock is ahead of the node's monotonic one, at least and at most. */
  readonly offsetAtLeast: number;
  readonly offsetAtMost: number;
}

/**
 * This node's estimate of the store's clock: a reading of it, advanced by the node's monotonic clock. The node's wall clock is never used.
 * Of the latest readings the one with the shortest round trip counts, as in NTP (RFC 5905, clock filter).
 */
export class StoreClock {
  readonly #monotonicNow: () => number;
  /** Oldest first, which has the shortest round trip. */
  #readings: Reading[] = [];
  #latest = Number.NEGATIVE_INFINITY;

  /** `monotonicNow` gives milliseconds from any fixed moment. */
  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /** The store's clock was `storeNowMs`, in whole milliseconds since 1970, at some time between the two monotonic times. */
  observe(sentAt: number, receivedAt: number, storeNowMs: number): void {
    const reading: Reading = {
      receivedAt,
      roundTripMs: receivedAt - sentAt,
      offsetAtLeast: storeNowMs - receivedAt,
      offsetAtMost: storeNowMs + 1 - sentAt,
    };
    if (this.#readings.some((known) => contradict(known, reading))) this.#startOver();
    this.#keep(reading);
  }

  /**
   * Milliseconds since 1970, never ahead of the store, and behind it by at most a round trip: a deadline that has passed by this clock has
   * passed in the store. Does not go back unless the store's clock did. Throws before the first observation.
   */
  now(): number {
    this.#latest = Math.max(this.#latest, this.#monotonicNow() + this.#best().offsetAtLeast);
    return this.#latest;
  }

  /** As `now`, but never behind the store: a deadline that is in the future by this clock is in the future in the store. */
  nowAtMost(): number {
    return Math.max(this.now(), this.#monotonicNow() + this.#best().offsetAtMost);
  }

  #best(): Reading {
    const [best] = this.#readings;
    if (best === undefined) throw new Error("the store's clock has not been read yet");
    return best;
  }

  /** A reading that is older and has a longer round trip than the new one can never be the best again. */
  #keep(reading: Reading): void {
    this.#readings = this.#readings.filter(
      ({ roundTripMs, receivedAt }) => roundTripMs < reading.roundTripMs && receivedAt > reading.receivedAt - WINDOW_MS,
    );
    if (this.#readings.length < MAX_READINGS) this.#readings.push(reading);
  }

  /** The store's clock was set, or another server took over. */
  #startOver(): void {
    this.#readings = [];
    this.#latest = Number.NEGATIVE_INFINITY;
  }
}

function contradict(one: Reading, other: Reading): boolean {
  return one.offsetAtMost < other.offsetAtLeast || other.offsetAtMost < one.offsetAtLeast;
}

export interface MeasureSettings {
  readonly clock: StoreClock;
  /** Milliseconds since 1970 by the store. */
  readonly readStoreClock: () => Promise<number>;
  readonly monotonicNow: () => number;
  readonly everyMs?: number;
}

/**
 * Resolves after the first reading, and rejects if that fails. Goes on reading until disposed; later failures are ignored, as the clock
 * runs on.
 */
export async function measureStoreClock(settings: MeasureSettings): Promise<Disposable> {
  const { clock, readStoreClock, monotonicNow, everyMs = 10_000 } = settings;
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;

  const measure = async () => {
    const sentAt = monotonicNow();
    const storeNowMs = await readStoreClock();
    clock.observe(sentAt, monotonicNow(), storeNowMs);
  };
  const measureLater = () => {
    if (disposed) return;
    timer = setTimeout(() => measure().then(measureLater, measureLater), everyMs);
  };

  await measure();
  measureLater();
  return {
    [Symbol.dispose]: () => {
      disposed = true;
      clearTimeout(timer);
    },
  };
}
