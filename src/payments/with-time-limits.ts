import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AuthorizationAnswer, AuthorizationRequest, PaymentProvider } from './provider.ts';

export interface TimeLimits {
  /** Time limit of `capture` and `void`. */
  readonly callMs: number;
  /** How long `authorize` may take to end after its signal was aborted. */
  readonly graceMs: number;
}

export const timeLimits: TimeLimits = { callMs: 10_000, graceMs: 1_000 };

/** Bounds every call of a provider: its signal is aborted, and the call is abandoned if it does not end then. */
export function withTimeLimits(
  provider: PaymentProvider,
  logger: Logger,
  { callMs, graceMs }: TimeLimits = timeLimits,
): PaymentProvider {
  const limited: PaymentProvider = {
    async authorize(request) {
      const answering = provider.authorize(request);
      try {
        return await unlessGivenUp(answering, request.signal, graceMs);
      } catch (error) {
        void voidLateAuthorization(answering, request);
        throw error;
      }
    },
    capture: (authorizationId, attemptId, signal) =>
      within(callMs, signal, (each) => provider.capture(authorizationId, attemptId, each)),
    void: (authorizationId, signal) => within(callMs, signal, (each) => provider.void(authorizationId, each)),
  };
  return limited;

  /** Voids an authorization that comes after its call was abandoned. */
  async function voidLateAuthorization(
    answering: Promise<AuthorizationAnswer>,
    { reservationId }: AuthorizationRequest,
  ) {
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
    return unlessGivenUp(call(signal), signal, 0);
  }
}

async function unlessGivenUp<T>(answering: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  const answered = new AbortController();
  try {
    return await Promise.race([answering, givenUp(signal, graceMs, answered.signal)]);
  } finally {
    answered.abort();
  }
}

/** Rejects `graceMs` after the signal was aborted, unless there is an answer. */
async function givenUp(signal: AbortSignal, graceMs: number, answered: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: answered });
  if (graceMs > 0) await wait(graceMs, undefined, { signal: answered });
  throw new Error('the payment provider did not answer in time', { cause: signal.reason });
}
