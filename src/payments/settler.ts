import { setTimeout } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';
import type { Logger } from 'pino';
import type { PaymentKey, PaymentRecord } from '../domain/payment.ts';
import type { Database } from '../store/engine/database.ts';
import { duePayments } from '../store/queries/payments.ts';
import { claimPayments } from '../store/statements/update-payments.ts';
import type { PaymentFlow } from './payment-flow.ts';

/** Bounds how long a provider that hangs may delay the stop of a node. */
const DRAIN_WITHIN_MS = 3_000;
/** First attempts in flight, and waiting. Further ones are left to the rounds. */
const MAX_FIRST_IN_FLIGHT = 100;
const MAX_FIRST_WAITING = 10_000;
/** Payments of one round, all in parallel. */
const ROUND_SIZE = 50;
/** How long a payment is one node's: longer than its calls of the provider take, but for one that hangs. */
const LEASE_MS = 30_000;

export interface SettlerDependencies {
  readonly database: Database;
  readonly flow: PaymentFlow;
  readonly logger: Logger;
  /** Pause between attempts at one payment, which doubles each time. */
  readonly retry?: { readonly firstMs: number; readonly longestMs: number };
}

/**
 * Works off payments that are not final: at once what this node has decided, in rounds what failed, what nobody came back for, and what
 * a node that died has left behind. When a payment is due, and how often it failed, is in the store.
 */
export class Settler {
  readonly #dependencies: SettlerDependencies;
  readonly #retry: { readonly firstMs: number; readonly longestMs: number };
  readonly #first = bulkhead(MAX_FIRST_IN_FLIGHT, MAX_FIRST_WAITING);
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #giveUp = new AbortController();
  #leastFailedFirst = false;

  constructor(dependencies: SettlerDependencies) {
    this.#dependencies = dependencies;
    this.#retry = dependencies.retry ?? { firstMs: 5_000, longestMs: 300_000 };
  }

  /** Starts to work off a payment in the background. */
  begin(payment: PaymentRecord): void {
    const settling = this.#first
      .execute(() => this.#settle(payment, this.#giveUp.signal))
      // Too many are waiting: a round will find it.
      .catch(() => false)
      .finally(() => this.#inFlight.delete(settling));
    this.#inFlight.add(settling);
  }

  /**
   * Works off some payments that are due. Rounds alternate between those that have waited the longest and those that have failed least,
   * so that many failing ones do not delay others, nor the other way round.
   * @returns whether there may be more, and the provider answers
   */
  async round(signal: AbortSignal): Promise<boolean> {
    const { database } = this.#dependencies;
    this.#leastFailedFirst = !this.#leastFailedFirst;
    const due = await duePayments(database, this.#leastFailedFirst ? 'least-failed' : 'oldest', ROUND_SIZE);
    const claimed = await this.#claim(due);
    const settled = await Promise.all(claimed.map((payment) => this.#settle(payment, signal)));
    return due.length === ROUND_SIZE && settled.includes(true);
  }

  /** Waits for work in flight, but not for long. The rest is done by rounds of another node, or of this one after a restart. */
  async drain(): Promise<void> {
    const enough = new AbortController();
    const timeout = setTimeout(DRAIN_WITHIN_MS, undefined, { signal: enough.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#inFlight), timeout]);
    enough.abort();
    this.#giveUp.abort();
  }

  async #claim(due: readonly PaymentKey[]): Promise<PaymentRecord[]> {
    const claimed: PaymentRecord[] = [];
    for (const eventId of new Set(due.map((payment) => payment.eventId))) {
      const ids = due.filter((payment) => payment.eventId === eventId).map(({ paymentId }) => paymentId);
      claimed.push(...(await claimPayments(this.#dependencies.database, eventId, ids, LEASE_MS)));
    }
    return claimed;
  }

  /** Returns whether it succeeded. Never rejects. */
  async #settle(payment: PaymentRecord, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    try {
      await this.#dependencies.flow.pursue(payment, signal, true);
      return true;
    } catch (error) {
      if (!signal.aborted) await this.#postpone(payment, error);
      return false;
    }
  }

  async #postpone(payment: PaymentRecord, cause: unknown): Promise<void> {
    const { flow, logger } = this.#dependencies;
    const { id: paymentId, reference, state, attempts } = payment;
    const againInMs = Math.min(this.#retry.firstMs * 2 ** attempts, this.#retry.longestMs);
    const context = { err: cause, paymentId, reference, state, attempts: attempts + 1, againInMs };
    logger.warn(context, 'a payment is not settled yet');
    // Where the store fails, its lease ends.
    await flow.postpone(payment, againInMs).catch((error: unknown) => {
      logger.warn({ err: error, paymentId }, 'a payment could not be postponed');
    });
  }
}
