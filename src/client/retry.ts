import { HoldfastError } from './holdfast-error.ts';

export interface Backoff {
  /** Before the second attempt; twice as long before each further one. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

/** How long one intent is pursued. */
export interface RetryPolicy extends Backoff {
  /** With the first. */
  readonly attempts: number;
  /** All waits together: one that would go beyond it is not begun. */
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
  /** From an answer that says to ask again, how long to wait at least; null for a definite one. */
  readonly busyForMs: (answer: Answer) => number | null;
  readonly signal?: AbortSignal | undefined;
  /** 0 to 1, exclusive. */
  readonly random?: () => number;
}

/**
 * Attempts until a definite answer comes, waiting longer each time and by chance, as thousands may be told to come back at once.
 * When the policy says no more, the last attempt counts: its answer, or what it threw.
 * @throws HoldfastError, and what the signal was aborted with
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

/** Between half of the step and all of it. */
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

/** Null for what would fail again. */
function retryAfter(error: unknown): number | null {
  return error instanceof HoldfastError && error.isTemporary ? (error.retryAfterMs ?? 0) : null;
}
