import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs the step `times` times, at `perSecond` a second, each after the previous one is done. Resolves to the times of their
 * beginnings, by `now`.
 */
export async function pace(times: number, perSecond: number, step: (at: number) => unknown): Promise<number[]> {
  const moments: number[] = [];
  const intervalMs = 1000 / perSecond;
  let due = now();
  for (let at = 0; at < times; at += 1) {
    if (due > now()) await wait(due - now());
    moments.push(now());
    await step(at);
    // A slow step does not shorten the pauses after it.
    due = Math.max(due + intervalMs, now() + intervalMs / 2);
  }
  return moments;
}

/** Milliseconds since 1970 with fractions, the same in all processes of the machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
