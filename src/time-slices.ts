/** In milliseconds. What is short passes through several turns of the event loop, and waits for a slice in each. */
const SLICE_MS = 2;

const waiting: (() => void)[] = [];
let isGoing = false;

/**
 * Resolves when the next piece of long work may be done: in each turn of the event loop as many as fit in a slice of time, in
 * the order in which they asked, whoever does the work. A piece is what follows before its next wait.
 */
export function nextTimeSlice(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (isGoing) return;
    isGoing = true;
    setImmediate(go);
  });
}

async function go(): Promise<void> {
  const endMs = performance.now() + SLICE_MS;
  do {
    waiting.shift()?.();
    await piece();
  } while (waiting.length > 0 && performance.now() < endMs);
  isGoing = waiting.length > 0;
  if (isGoing) setImmediate(go);
}

/** A tick that is asked for while promises go on comes when none of them is left to. */
async function piece(): Promise<void> {
  await null;
  await new Promise<void>((resolve) => process.nextTick(resolve));
}
