import { HoldfastError } from './holdfast-error.ts';

export interface Backoff {
  /** Pause before the second attempt, which doubles for each further one. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

/** Bounds of the attempts of one request. */
export interface RetryPolicy extends Backoff {
  /** Number of attempts, including the first. */
  readonly attempts: number;
  /** Sum of all pauses. There is no attempt after a pause that would exceed it. */
  readonly maxTotalWaitMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 6,
  firstWaitMs: 200,
  maxWaitMs: 5_000,
  maxTotalWaitMs: 20_000,
};

export interface Retrying<Answer> {
  readonly policy: RetryPolicy;
  /** The shortest pause that an answer allows; null for a definite answer. */
  readonly busyForMs: (answer: Answer) => number | null;
  readonly signal?: AbortSignal | undefined;
  /** 0 to 1, exclusive. */
  readonly random?: () => number;
}

/**
 * Retries until a definite answer, with exponential backoff and jitter. When the policy allows no further attempt, returns the
 * answer of the last one, or throws its error.
 * @throws HoldfastError, and the signal's abort reason
 */
export async function withRetries<Answer>(attempt: () => Promise<Answer>, retrying: Retrying<Answer>): Promise<Answer> {
  const { policy, busyForMs, signal, random = Math.random } = retrying;
  let waitedMs = 0;
  for (let attempts = 1; ; attempts += 1) {
    const tried = await outcomeOf(attempt);
    const leastMs = 'error' in tried ? retryAfter(tried.error) : busyForMs(tried.answer);
    const waitMs = leastMs === null ? Number.POSITIVE_INFINITY : leastMs + backoffMs(policy, attempts, random);
    waitedMs += waitMs;
    if (attempts >= policy.attempts || waitedMs > policy.maxTotalWaitMs) {
      if ('error' in tried) throw tried.error;
      return tried.answer;
    }
    await delay(waitMs, signal);
  }
}

/** Doubles with each attempt, with jitter: between half of the step and all of it. */
export function backoffMs({ firstWaitMs, maxWaitMs }: Backoff, attempts: number, random: () => number): number {
  return Math.min(maxWaitMs, firstWaitMs * 2 ** (attempts - 1)) * (0.5 + random() / 2);
}

/** Rejects at once with the signal's reason when it is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

type Tried<Answer> = { readonly answer: Answer } | { readonly error: unknown };

async function outcomeOf<Answer>(attempt: () => Promise<Answer>): Promise<Tried<Answer>> {
  try {
    return { answer: await attempt() };
  } catch (error) {
    return { error };
  }
}

/** Null if a retry would fail as well. */
function retryAfter(error: unknown): number | null {
  return error instanceof HoldfastError && error.isTemporary ? (error.retryAfterMs ?? 0) : null;
}
