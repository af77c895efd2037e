import { Listeners } from './listeners.ts';

/** Milliseconds that only go on, from any beginning: not the time of day, which may be wrong, and be put right at any moment. */
export type MonotonicClock = () => number;

/** What is left of a reservation, by the server's clock. `subscribe` and `getSnapshot` are for React's `useSyncExternalStore`. */
export interface Countdown {
  /** 0 once it is over. */
  remainingMs(): number;
  /** Calls back each time another second is over, and at the end. Returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The whole seconds that are left, the one that has begun included. */
  readonly getSnapshot: () => number;
}

const SECOND_MS = 1_000;

/**
 * Counts down from the moment it is called: call it as the answer comes.
 * @param expiresInMs the reservation's, from the server's answer
 */
export function startCountdown(expiresInMs: number, now: MonotonicClock = () => performance.now()): Countdown {
  const endsAt = now() + expiresInMs;
  const remainingMs = () => Math.max(0, endsAt - now());
  const secondsLeft = () => Math.ceil(remainingMs() / SECOND_MS);
  const listeners = new Listeners(() => {
    let told = secondsLeft();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A timer may come a little early by the other clock: then nothing is told, and another one follows.
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
