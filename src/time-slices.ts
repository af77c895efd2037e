/** In milliseconds. What is short passes through a dozen turns of the event loop, and waits for a slice in some of them. */
const SLICE_MS = 0.5;

/** In milliseconds: a turn of the event loop that takes no longer had nothing else to do. */
const IDLE_TURN_MS = 0.1;

/** In milliseconds: long work goes on after so long however much else there is to do. */
const MAX_WAIT_MS = 4;

const waiting: (() => void)[] = [];
let isGoing = false;
let lastTurnAtMs = 0;
let lastSliceAtMs = 0;

/**
 * Resolves when the next piece of long work may be done: when the event loop has nothing else to do, or has had for a while,
 * as many as fit in a slice of time, in the order in which they asked, whoever does the work. A piece is what follows before
 * its next wait.
 */
export function nextTimeSlice(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (isGoing) return;
    isGoing = true;
    setImmediate(turn);
  });
}

async function turn(): Promise<void> {
  const nowMs = performance.now();
  const isIdle = nowMs - lastTurnAtMs <= IDLE_TURN_MS;
  if (isIdle || nowMs - lastSliceAtMs >= MAX_WAIT_MS) await slice(nowMs + SLICE_MS);
  lastTurnAtMs = performance.now();
  isGoing = waiting.length > 0;
  if (isGoing) setImmediate(turn);
}

async function slice(endMs: number): Promise<void> {
  do {
    waiting.shift()?.();
    await piece();
  } while (waiting.length > 0 && performance.now() < endMs);
  lastSliceAtMs = performance.now();
}

/** A tick that is asked for while promises go on comes when none of them is left to. */
async function piece(): Promise<void> {
  await null;
  await new Promise<void>((resolve) => process.nextTick(resolve));
}
