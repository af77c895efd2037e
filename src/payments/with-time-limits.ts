import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AuthorizationAnswer, AuthorizationRequest, PaymentProvider } from './provider.ts';

export interface TimeLimits {
  /** For capturing and voiding. */
  readonly callMs: number;
  /** What a provider may take to answer once it is told to give up, before it is left alone. */
  readonly graceMs: number;
}

export const timeLimits: TimeLimits = { callMs: 10_000, graceMs: 1_000 };

/** A provider of which every call is over in time, answered or not: it is told to by a signal, and left alone if it does not mind that. */
export function withTimeLimits(
  provider: PaymentProvider,
  logger: Logger,
  { callMs, graceMs }: TimeLimits = timeLimits,
): PaymentProvider {
  const limited: PaymentProvider = {
    async authorize(request) {
      const answering = provider.authorize(request);
      try {
        return await unlessLeftAlone(answering, request.signal, graceMs);
      } catch (error) {
        void giveBackLate(answering, request);
        throw error;
      }
    },
    capture: (authorizationId, attemptId, signal) =>
      within(callMs, signal, (each) => provider.capture(authorizationId, attemptId, each)),
    void: (authorizationId, signal) => within(callMs, signal, (each) => provider.void(authorizationId, each)),
  };
  return limited;

  /** Nobody waits for what is authorized now. */
  async function giveBackLate(answering: Promise<AuthorizationAnswer>, { reservationId }: AuthorizationRequest) {
    try {
      const answer = await answering;
      if (answer.outcome === 'authorized') await limited.void(answer.authorizationId);
    } catch (error) {
      logger.debug({ err: error, reservationId }, 'a payment that was given up');
    }
  }

  async function within<T>(
    ms: number,
    given: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const limit = AbortSignal.timeout(ms);
    const signal = given === undefined ? limit : AbortSignal.any([given, limit]);
    signal.throwIfAborted();
    return unlessLeftAlone(call(signal), signal, 0);
  }
}

async function unlessLeftAlone<T>(answering: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  const answered = new AbortController();
  try {
    return await Promise.race([answering, leftAlone(signal, graceMs, answered.signal)]);
  } finally {
    answered.abort();
  }
}

/** Rejects some time after the signal, unless there is an answer. */
async function leftAlone(signal: AbortSignal, graceMs: number, answered: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: answered });
  if (graceMs > 0) await wait(graceMs, undefined, { signal: answered });
  throw new Error('the payment provider did not answer in time', { cause: signal.reason });
}
