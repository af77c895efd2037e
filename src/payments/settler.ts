import { setTimeout } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { BookingKey } from '../domain/records.ts';
import type { Database } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { markCaptured, type OutstandingCapture, outstandingCaptures } from '../store/queries/bookings.ts';
import type { PaymentProvider } from './provider.ts';

/** Bounds how long a provider that hangs may delay the stop of a node. */
const DRAIN_WITHIN_MS = 3_000;
/** Captured bookings recorded in one batch. */
const MAX_BATCH = 500;
/** First attempts in flight, and waiting. Further ones are left to the rounds. */
const MAX_FIRST_IN_FLIGHT = 100;
const MAX_FIRST_WAITING = 10_000;
/** Attempts of one round, all in parallel. */
const ROUND_SIZE = 50;
/** Younger bookings are left to the node that made them. */
const GRACE_MS = 3_000;
/** Failed captures whose pauses are remembered. All others are tried as if for the first time. */
const MAX_FAILED = 10_000;

interface FailedCapture {
  readonly attempts: number;
  /** By the monotonic clock. */
  readonly retryAtMs: number;
}

export interface SettlerDependencies {
  readonly database: Database;
  /** With a time limit for each call. */
  readonly payment: PaymentProvider;
  readonly logger: Logger;
  /** Pause between attempts at one booking, which doubles each time. */
  readonly retry?: { readonly firstMs: number; readonly longestMs: number };
}

/**
 * Captures the payments of bookings. Failed captures are tried again in rounds, by any node; the booking stands meanwhile. The store has
 * which captures are outstanding; each node remembers only its own failed attempts.
 */
export class Settler {
  readonly #dependencies: SettlerDependencies;
  readonly #retry: { readonly firstMs: number; readonly longestMs: number };
  readonly #recordCaptured: (booking: BookingKey) => Promise<true>;
  readonly #first = bulkhead(MAX_FIRST_IN_FLIGHT, MAX_FIRST_WAITING);
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #failed = new LRUCache<string, FailedCapture>({ max: MAX_FAILED });
  readonly #giveUp = new AbortController();
  #newestFirst = false;

  constructor(dependencies: SettlerDependencies) {
    const { database, retry = { firstMs: 5_000, longestMs: 300_000 } } = dependencies;
    this.#dependencies = dependencies;
    this.#retry = retry;
    this.#recordCaptured = batched(async (bookings) => {
      for (const eventId of new Set(bookings.map((booking) => booking.eventId))) {
        const ofEvent = bookings.filter((booking) => booking.eventId === eventId);
        await markCaptured(
          database,
          eventId,
          ofEvent.map(({ bookingId }) => bookingId),
        );
      }
      return bookings.map(() => true);
    }, MAX_BATCH);
  }

  /** Starts a capture in the background. */
  begin(booking: OutstandingCapture): void {
    const capturing = this.#first
      .execute(() => this.#capture(booking, this.#giveUp.signal))
      // Too many are waiting: a round will find it.
      .catch(() => false)
      .finally(() => this.#inFlight.delete(capturing));
    this.#inFlight.add(capturing);
  }

  /**
   * Tries some captures that failed, or that another node left behind, and that are not postponed. Rounds alternate between the oldest
   * and the newest, so that many failing old ones do not delay new ones, nor the other way round.
   * @returns whether there may be more, and the provider answers
   */
  async round(signal: AbortSignal): Promise<boolean> {
    const { database } = this.#dependencies;
    const now = performance.now();
    const except = [...this.#failed].flatMap(([bookingId, { retryAtMs }]) => (retryAtMs > now ? [bookingId] : []));
    this.#newestFirst = !this.#newestFirst;
    const order = { except, newestFirst: this.#newestFirst };
    const due = await outstandingCaptures(database, GRACE_MS, ROUND_SIZE, order);
    const captured = await Promise.all(due.map((booking) => this.#capture(booking, signal)));
    return due.length === ROUND_SIZE && captured.includes(true);
  }

  /** Waits for captures in flight, but not for long. The rest is captured by rounds of another node, or of this one after a restart. */
  async drain(): Promise<void> {
    const enough = new AbortController();
    const timeout = setTimeout(DRAIN_WITHIN_MS, undefined, { signal: enough.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#inFlight), timeout]);
    enough.abort();
    this.#giveUp.abort();
  }

  /** Returns whether it succeeded. Never rejects. */
  async #capture(booking: OutstandingCapture, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const { payment, logger } = this.#dependencies;
    try {
      await payment.capture(booking.paymentAuthorization, booking.bookingId, signal);
      await this.#recordCaptured(booking);
      this.#failed.delete(booking.bookingId);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const { attempts, againInMs } = this.#postpone(booking.bookingId);
      const context = { err: error, bookingId: booking.bookingId, attempts, againInMs };
      logger.warn(context, 'the payment of a booking is not captured yet');
      return false;
    }
  }

  #postpone(bookingId: string): { readonly attempts: number; readonly againInMs: number } {
    const attempts = (this.#failed.get(bookingId)?.attempts ?? 0) + 1;
    const againInMs = Math.min(this.#retry.firstMs * 2 ** (attempts - 1), this.#retry.longestMs);
    this.#failed.set(bookingId, { attempts, retryAtMs: performance.now() + againInMs });
    return { attempts, againInMs };
  }
}
