import { setTimeout } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { BookingKey } from '../domain/records.ts';
import type { Database } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { markCaptured, type OutstandingCapture, outstandingCaptures } from '../store/queries/bookings.ts';
import type { PaymentProvider } from './provider.ts';

/** A provider that hangs must not keep a node from stopping. */
const DRAIN_WITHIN_MS = 3_000;
/** Captured bookings noted together. */
const MAX_BATCH = 500;
/** First attempts at once, and those that wait for them; what is more than that is left to the rounds. */
const FIRST_AT_ONCE = 100;
const FIRST_WAITING = 10_000;
/** Attempts of one round, all at once. */
const ROUND_SIZE = 50;
/** What is younger is still in the hands of the node whose booking it is. */
const GRACE_MS = 3_000;
/** Failed ones whose waits are known. Any others are tried as if for the first time. */
const MAX_FAILED = 10_000;

interface Failed {
  readonly attempts: number;
  /** By the monotonic clock. */
  readonly againAtMs: number;
}

export interface SettlerDependencies {
  readonly database: Database;
  /** With a limit of time to each call. */
  readonly payment: PaymentProvider;
  readonly logger: Logger;
  /** Waits between attempts at one booking: twice as long each time. */
  readonly retry?: { readonly firstMs: number; readonly longestMs: number };
}

/**
 * Takes the money of bookings that are made. What fails is tried again in rounds, for which any node will do: the booking stands.
 * Only the store knows for certain what is outstanding; how often each was tried is a node's own knowledge.
 */
export class Settler {
  readonly #dependencies: SettlerDependencies;
  readonly #retry: { readonly firstMs: number; readonly longestMs: number };
  readonly #mark: (booking: BookingKey) => Promise<true>;
  readonly #first = bulkhead(FIRST_AT_ONCE, FIRST_WAITING);
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #failed = new LRUCache<string, Failed>({ max: MAX_FAILED });
  readonly #giveUp = new AbortController();
  #newestFirst = false;

  constructor(dependencies: SettlerDependencies) {
    const { database, retry = { firstMs: 5_000, longestMs: 300_000 } } = dependencies;
    this.#dependencies = dependencies;
    this.#retry = retry;
    this.#mark = batched(async (bookings) => {
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

  /** Begins to capture, without keeping the buyer waiting. */
  begin(booking: OutstandingCapture): void {
    const capturing = this.#first
      .execute(() => this.#capture(booking, this.#giveUp.signal))
      // There are too many: a round will find it.
      .catch(() => false)
      .finally(() => this.#inFlight.delete(capturing));
    this.#inFlight.add(capturing);
  }

  /**
   * Tries some of those that failed, or that a node left behind, and are not waiting for their next attempt. By turns from both
   * ends, so that neither many old ones that fail keep new ones waiting, nor the other way round.
   * @returns whether there may be more, and the provider answers
   */
  async round(signal: AbortSignal): Promise<boolean> {
    const { database } = this.#dependencies;
    const now = performance.now();
    const except = [...this.#failed].flatMap(([bookingId, { againAtMs }]) => (againAtMs > now ? [bookingId] : []));
    this.#newestFirst = !this.#newestFirst;
    const order = { except, newestFirst: this.#newestFirst };
    const due = await outstandingCaptures(database, GRACE_MS, ROUND_SIZE, order);
    const captured = await Promise.all(due.map((booking) => this.#capture(booking, signal)));
    return due.length === ROUND_SIZE && captured.includes(true);
  }

  /** Waits for what has begun, but not for long: what is left is captured by another node's rounds, or this one's next. */
  async drain(): Promise<void> {
    const enough = new AbortController();
    const timeout = setTimeout(DRAIN_WITHIN_MS, undefined, { signal: enough.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#inFlight), timeout]);
    enough.abort();
    this.#giveUp.abort();
  }

  /** Whether it is done. Never rejects. */
  async #capture(booking: OutstandingCapture, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const { payment, logger } = this.#dependencies;
    try {
      await payment.capture(booking.paymentAuthorization, booking.bookingId, signal);
      await this.#mark(booking);
      this.#failed.delete(booking.bookingId);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const { attempts, againInMs } = this.#putOff(booking.bookingId);
      const context = { err: error, bookingId: booking.bookingId, attempts, againInMs };
      logger.warn(context, 'the payment of a booking is not captured yet');
      return false;
    }
  }

  #putOff(bookingId: string): { readonly attempts: number; readonly againInMs: number } {
    const attempts = (this.#failed.get(bookingId)?.attempts ?? 0) + 1;
    const againInMs = Math.min(this.#retry.firstMs * 2 ** (attempts - 1), this.#retry.longestMs);
    this.#failed.set(bookingId, { attempts, againAtMs: performance.now() + againInMs });
    return { attempts, againInMs };
  }
}
