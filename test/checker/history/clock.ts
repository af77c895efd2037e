import type { Deadline } from './step.ts';

/** What the store's clock is ahead of the harness' monotonic one, at least and at most, in milliseconds. */
export interface ClockOffset {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/** The store judges in whole milliseconds. */
const RESOLUTION_MS = 1;

/** When the harness' clock showed what the store's did. */
export function seenFromHere(storeMs: number, { atLeastMs, atMostMs }: ClockOffset): Deadline {
  return { earliestMs: storeMs - atMostMs - RESOLUTION_MS, latestMs: storeMs - atLeastMs + RESOLUTION_MS };
}

/** Reads the store's clock some times. `readMs` gives milliseconds since 1970. */
export async function measureOffset(readMs: () => Promise<number>): Promise<ClockOffset> {
  let offset: ClockOffset | undefined;
  for (let reading = 0; reading < 20; reading += 1) {
    const sentAtMs = performance.now();
    const storeMs = await readMs();
    const read = { atLeastMs: storeMs - performance.now(), atMostMs: storeMs - sentAtMs };
    if (offset === undefined || widthOf(read) < widthOf(offset)) offset = read;
  }
  return offset ?? { atLeastMs: Number.NEGATIVE_INFINITY, atMostMs: Number.POSITIVE_INFINITY };
}

/** For a time at whose ends the offset was measured. */
export function between(one: ClockOffset, other: ClockOffset): ClockOffset {
  return {
    atLeastMs: Math.min(one.atLeastMs, other.atLeastMs),
    atMostMs: Math.max(one.atMostMs, other.atMostMs),
  };
}

function widthOf({ atLeastMs, atMostMs }: ClockOffset): number {
  return atMostMs - atLeastMs;
}
