import type { StoreClock } from './store-clock.ts';

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
