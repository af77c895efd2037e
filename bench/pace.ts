import { setTimeout as wait } from 'node:timers/promises';

/**
 * Does something `times` times, at `perSecond` a second, each after the one before is done. Gives the moments at which they
 * began, as `now` does.
 */
export async function pace(times: number, perSecond: number, step: (at: number) => unknown): Promise<number[]> {
  const moments: number[] = [];
  const intervalMs = 1000 / perSecond;
  let due = now();
  for (let at = 0; at < times; at += 1) {
    if (due > now()) await wait(due - now());
    moments.push(now());
    await step(at);
    // One that took long does not hurry those after it.
    due = Math.max(due + intervalMs, now() + intervalMs / 2);
  }
  return moments;
}

/** Milliseconds since 1970 with fractions, alike in every process of the machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
