import { faultCodes, HoldfastError } from '@holdfast/client';

export interface Persisting {
  /** A small request that shows whether the server answers. */
  ask(signal: AbortSignal): Promise<unknown>;
  onCutOff(isCutOff: boolean): void;
}

/** A slow request is followed by `ask`, and without an answer to that the server counts as cut off, after three seconds in total. */
const LOOK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;

const GIVE_UP_MS = 15 * 60_000;

/**
 * Repeats a request until the server answers, and reports when it cannot be reached. Sends it again when the server is back, because
 * the last one may hang on a dead connection. `call` must send the same intent each time.
 */
export async function persist<T>(call: (signal: AbortSignal) => Promise<T>, persisting: Persisting): Promise<T> {
  const givesUpAt = performance.now() + GIVE_UP_MS;
  let attempt = new AbortController();
  const stop = watchServer(persisting, () => attempt.abort());
  try {
    for (;;) {
      attempt = new AbortController();
      try {
        return await call(attempt.signal);
      } catch (error) {
        if (!attempt.signal.aborted && (!isAway(error) || performance.now() > givesUpAt)) throw error;
      }
    }
  } finally {
    stop();
  }
}

/** Returns how to stop. */
function watchServer({ ask, onCutOff }: Persisting, onBack: () => void): () => void {
  let isCutOff = false;
  let isOver = false;
  const look = async () => {
    const answers = await isAnswered(ask);
    if (isOver) return;
    if (isCutOff && answers) onBack();
    isCutOff = !answers;
    onCutOff(isCutOff);
    timer = setTimeout(look, LOOK_EVERY_MS);
  };
  let timer = setTimeout(look, LOOK_EVERY_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
    onCutOff(false);
  };
}

async function isAnswered(ask: Persisting['ask']): Promise<boolean> {
  const asking = new AbortController();
  const timer = setTimeout(() => asking.abort(), ANSWER_WITHIN_MS);
  try {
    await ask(asking.signal);
    return true;
  } catch (error) {
    return !asking.signal.aborted && !isAway(error);
  } finally {
    clearTimeout(timer);
  }
}

const away: readonly string[] = [faultCodes.network, faultCodes.timeout, faultCodes.badAnswer];

function isAway(error: unknown): boolean {
  return error instanceof HoldfastError && away.includes(error.code);
}
