import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PaymentProvider } from '../payment/provider.ts';
import { type BookingKey, markCaptured, type OutstandingCapture } from '../store/bookings.ts';
import type { Database } from '../store/database.ts';
import { gathered } from '../store/gathered.ts';

/** A provider that hangs must not keep a node from stopping. */
const SETTLE_WITHIN_MS = 3_000;
/** Captured bookings noted in one statement. */
const MAX_BATCH = 500;

/** Takes the money of bookings that are made. What fails is tried again by the sweep: the booking stands. */
export class Captures {
  readonly #mark: (booking: BookingKey) => Promise<true>;
  readonly #payment: PaymentProvider;
  readonly #logger: Logger;
  readonly #underWay = new Set<Promise<void>>();

  constructor(database: Database, payment: PaymentProvider, logger: Logger) {
    this.#mark = gathered(async (bookings) => {
      await markCaptured(database, bookings);
      return bookings.map(() => true);
    }, MAX_BATCH);
    this.#payment = payment;
    this.#logger = logger;
  }

  /** Begins to capture, without keeping the buyer waiting. */
  begin(booking: OutstandingCapture): void {
    const capturing = this.capture(booking).finally(() => this.#underWay.delete(capturing));
    this.#underWay.add(capturing);
  }

  /** Never rejects. */
  async capture(booking: OutstandingCapture): Promise<void> {
    try {
      await this.#payment.capture(booking.paymentAuthorization, booking.bookingId);
      await this.#mark(booking);
    } catch (error) {
      this.#logger.warn({ err: error, bookingId: booking.bookingId }, 'the payment of a booking is not captured yet');
    }
  }

  /** Waits for what has begun, but not for long: what is left is captured by another node's sweep, or this one's next. */
  async settled(): Promise<void> {
    const enough = new AbortController();
    const timeout = setTimeout(SETTLE_WITHIN_MS, undefined, { signal: enough.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#underWay), timeout]);
    enough.abort();
  }
}
