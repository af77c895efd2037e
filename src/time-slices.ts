/** In milliseconds. A short request passes through a dozen turns of the event loop, and waits for a slice in some of them. */
const SLICE_MS = 0.5;

/** In milliseconds. A turn of the event loop that is this short had nothing else to do. */
const IDLE_TURN_MS = 0.1;

/** In milliseconds. Long work continues after this wait, however much else there is to do. */
const MAX_WAIT_MS = 4;

const waiting: (() => void)[] = [];
let isGoing = false;
let lastTurnAtMs = 0;
let lastSliceAtMs = 0;

/**
 * Resolves when the next piece of long work may run: when the event loop is idle, or was busy for a while. A time slice
 * runs as many pieces as fit, in the order of all calls. A piece is the work until the caller's next `await`.
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

/** Lets the resumed caller run until its next wait: the tick comes after all pending promise callbacks. */
async function piece(): Promise<void> {
  await null;
  await new Promise<void>((resolve) => process.nextTick(resolve));
}
