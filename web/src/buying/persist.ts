import { faultCodes, HoldfastError } from '@holdfast/client';

export interface Persisting {
  /** Something small, to see whether the server answers. */
  ask(signal: AbortSignal): Promise<unknown>;
  onCutOff(isCutOff: boolean): void;
}

/** An answer that takes longer is asked about, and what is not answered by then is said to be cut off: three seconds together. */
const LOOK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;

const GIVE_UP_MS = 15 * 60_000;

/**
 * Goes on with one intent until the server answers, says meanwhile when it cannot be reached, and is there again when it can: what was
 * sent last may hang on a connection that is dead. `call` has to be the same intent each time: its second answer is its first.
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
