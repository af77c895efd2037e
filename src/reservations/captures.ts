import type { Logger } from 'pino';
import type { PaymentProvider } from '../payment/provider.ts';
import { markCaptured, type OutstandingCapture } from '../store/bookings.ts';
import type { Database } from '../store/database.ts';

/** Takes the money of bookings that are made. What fails is tried again by the sweep: the booking stands. */
export class Captures {
  readonly #database: Database;
  readonly #payment: PaymentProvider;
  readonly #logger: Logger;
  readonly #underWay = new Set<Promise<void>>();

  constructor(database: Database, payment: PaymentProvider, logger: Logger) {
    this.#database = database;
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
      await markCaptured(this.#database, booking);
    } catch (error) {
      this.#logger.warn({ err: error, bookingId: booking.bookingId }, 'the payment of a booking is not captured yet');
    }
  }

  /** Waits for what has begun. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
