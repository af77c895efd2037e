import { Listeners } from './listeners.ts';

/** Monotonic milliseconds. The time of day may be wrong, and corrected at any moment. */
export type MonotonicClock = () => number;

/** The remaining time of a reservation, by the server's clock. `subscribe` and `getSnapshot` are for React's `useSyncExternalStore`. */
export interface Countdown {
  /** 0 once it is over. */
  remainingMs(): number;
  /** Calls back after each second, and at the end. Returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The remaining seconds, rounded up. */
  readonly getSnapshot: () => number;
}

const SECOND_MS = 1_000;

/**
 * Counts down from the moment it is called: call it as the answer comes.
 * @param expiresInMs of the reservation, from the server's answer
 */
export function startCountdown(expiresInMs: number, now: MonotonicClock = () => performance.now()): Countdown {
  const endsAt = now() + expiresInMs;
  const remainingMs = () => Math.max(0, endsAt - now());
  const secondsLeft = () => Math.ceil(remainingMs() / SECOND_MS);
  const listeners = new Listeners(() => {
    let told = secondsLeft();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A timer may fire a little early by the monotonic clock, and is then set again.
    const tick = () => {
      const left = secondsLeft();
      if (left > 0) timer = setTimeout(tick, Math.ceil(remainingMs() - (left - 1) * SECOND_MS));
      if (left === told) return;
      told = left;
      listeners.tell();
    };
    tick();
    return () => clearTimeout(timer);
  });
  return { remainingMs, subscribe: (listener) => listeners.add(listener), getSnapshot: secondsLeft };
}
