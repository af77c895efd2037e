/** A reading older than this is forgotten: until then a node's clock and the store's drift apart by about a millisecond. */
const WINDOW_MS = 60_000;

/** Readings kept at most. They get wider from the oldest to the newest, so that the oldest is always the best. */
const MAX_READINGS = 16;

interface Reading {
  readonly receivedAt: number;
  readonly roundTripMs: number;
  /** What the store's clock is ahead of the node's monotonic one, at least and at most. */
  readonly offsetAtLeast: number;
  readonly offsetAtMost: number;
}

/**
 * The store's clock as this node knows it: what the store said, carried on by the node's monotonic clock. The node's wall
 * clock is never used. Of what was read lately the narrowest round trip counts, as NTP does (RFC 5905, clock filter).
 */
export class StoreClock {
  readonly #monotonicNow: () => number;
  /** Oldest and narrowest first. */
  #readings: Reading[] = [];
  #latest = Number.NEGATIVE_INFINITY;

  /** `monotonicNow` gives milliseconds from any fixed moment. */
  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /** The store read `storeNowMs`, in whole milliseconds since 1970, at some time between the two monotonic moments. */
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
   * Milliseconds since 1970, never ahead of the store and behind it by a round trip at most: what is past by this clock is
   * past in the store. Does not go back unless the store's clock did. Throws before the first observation.
   */
  now(): number {
    this.#latest = Math.max(this.#latest, this.#monotonicNow() + this.#best().offsetAtLeast);
    return this.#latest;
  }

  /** As `now`, but never behind the store: what is ahead by this clock is ahead in the store. */
  nowAtMost(): number {
    return Math.max(this.now(), this.#monotonicNow() + this.#best().offsetAtMost);
  }

  #best(): Reading {
    const [best] = this.#readings;
    if (best === undefined) throw new Error("the store's clock has not been read yet");
    return best;
  }

  /** What is both older and wider than the new reading can never be the best again. */
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
 * Resolves once the clock is known, and rejects if it cannot be read; goes on reading it until disposed. A later reading
 * that fails changes nothing: the clock runs on.
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
