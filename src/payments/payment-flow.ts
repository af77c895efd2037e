import type { Logger } from 'pino';
import type { PaymentRecord, PaymentState } from '../domain/payment.ts';
import type { BookingRecord, NotRunning, ReservationKey } from '../domain/records.ts';
import type { Database } from '../store/engine/database.ts';
import { findReservations } from '../store/queries/reservations.ts';
import type { ConfirmOutcome } from '../store/statements/confirm-reservations.ts';
import type { BookRequest } from '../store/statements/write-bookings.ts';
import type { Telemetry } from '../telemetry/happenings.ts';
import { type PaymentProvider, PaymentRefused, type ProviderPayment } from './payment-provider.ts';
import { PaymentWrites } from './payment-writes.ts';
import { ProviderCalls } from './provider-calls.ts';

/** What has become of a payment, for the buyer. */
export type Paid =
  /** By this payment; not `isNew` if it was booked before. */
  | { readonly outcome: 'booked'; readonly booking: BookingRecord; readonly isNew: boolean }
  | {
      readonly outcome: 'action-required';
      /** Empty if the provider's own library needs none. */
      readonly clientSecret: string;
      readonly expiresInMs: number;
      readonly payment: PaymentRecord;
    }
  /** `reason` is the provider's own code. */
  | { readonly outcome: 'declined'; readonly reason: string | null }
  /** The provider, or another call, is still at it. */
  | { readonly outcome: 'pending' }
  /** It was given up, and another one may be begun. */
  | { readonly outcome: 'closed' }
  /** The seats were lost before the money was secured, which is given back. */
  | NotRunning;

/** Writes bookings. The reservations' side of it is handed in, because it knows payments. */
export interface Bookings {
  book(eventId: string, request: BookingOrder): Promise<Booked>;
  /** Books the seats of a reservation that lapsed, if all of them are still free. */
  bookLate(eventId: string, request: BookingOrder): Promise<Booked>;
  find(reservation: ReservationKey): Promise<BookingRecord | undefined>;
}

/** References are drawn when it is written. */
export type BookingOrder = Omit<BookRequest, 'reference'>;
export type Booked = Exclude<ConfirmOutcome, { readonly outcome: 'reference-taken' }>;

export interface PaymentFlowParts {
  readonly database: Database;
  /** With time limits. */
  readonly provider: PaymentProvider;
  readonly bookings: Bookings;
  readonly newId: () => string;
  /** Has the rest done in the background: money taken or given back. */
  readonly settleSoon: (payment: PaymentRecord) => void;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

const open: readonly PaymentState[] = ['AUTHORIZING', 'ACTION_REQUIRED'];
const closed: readonly PaymentState[] = ['VOIDED', 'FAILED'];
const secured: readonly PaymentState[] = ['AUTHORIZED', 'CAPTURED', 'PARTLY_REFUNDED', 'REFUNDED'];

/** Before that, the node that has closed a payment tells the provider by itself. */
const CLOSE_GRACE_MS = 5_000;
/** How often the provider is asked about a payment that waits for the buyer's bank, where its webhook does not come. */
const ASK_AGAIN_MS = 15_000;

/**
 * What leads from a payment in the store to a booking and its money, or to neither. Any step may be the last one of a node: whoever comes
 * next, a buyer who confirms again, the provider's webhook or the settler of any node, goes on from what the store and the provider have.
 */
export class PaymentFlow {
  readonly #parts: PaymentFlowParts;
  readonly #calls: ProviderCalls;
  readonly #writes: PaymentWrites;

  constructor(parts: PaymentFlowParts) {
    this.#parts = parts;
    this.#calls = new ProviderCalls(parts);
    this.#writes = new PaymentWrites(parts);
  }

  /** Asks the provider for the money of an open payment, and books. Rejects with a `ProviderFault` if there is no answer. */
  async pay(payment: PaymentRecord, token: string | null, signal: AbortSignal): Promise<Paid> {
    const known = await this.#calls.known(payment, signal);
    if (known instanceof PaymentRefused) return this.#refuse(payment, known);
    // The provider's answer is stored only where it was asked to wait.
    if (payment.reference === null) {
      const answer = await this.#calls.ask('authorize', (provider) => provider.authorize(known, token, signal));
      return this.#decide(payment, answer, true);
    }
    const answer = await this.#calls.ask('read', (provider) => provider.read(known, signal));
    const isUnpaid = answer.state === 'action-required' || answer.state === 'unpaid';
    // Another card, or the same once more: the attempt before it must not be paid as well.
    if (token !== null && isUnpaid) return this.#close(payment, 'VOIDED', answer, { outcome: 'closed' });
    return this.#decide(payment, answer, true);
  }

  /**
   * Does what is left to do for a payment. Rejects if that fails, and it must be tried again.
   * @param isDue whether the time to authorize it is over, so that one that nobody has paid by now fails
   */
  async pursue(payment: PaymentRecord, signal: AbortSignal, isDue: boolean): Promise<Paid | null> {
    const known = await this.#calls.known(payment, signal);
    if (known instanceof PaymentRefused) return this.#refuse(payment, known);
    switch (payment.state) {
      case 'AUTHORIZING':
      case 'ACTION_REQUIRED':
        return this.#decide(payment, await this.#calls.ask('read', (provider) => provider.read(known, signal)), isDue);
      case 'AUTHORIZED':
        await this.#recordSecured(
          payment,
          await this.#calls.ask('capture', (provider) => provider.capture(known, signal)),
        );
        return null;
      case 'VOIDED':
      case 'FAILED':
        await this.#recordGivenBack(payment, await this.#calls.ask('void', (provider) => provider.void(known, signal)));
        return null;
      case 'CAPTURED':
      case 'PARTLY_REFUNDED':
      case 'REFUNDED':
        await this.#recordSecured(payment, await this.#calls.ask('read', (provider) => provider.read(known, signal)));
        return null;
    }
  }

  /** Notes that a payment could not be pursued, and when that is to be tried again. */
  async postpone(payment: PaymentRecord, dueInMs: number): Promise<void> {
    const { state, attempts } = payment;
    await this.#writes.change(payment, { from: [state], to: null, attempts: attempts + 1, dueInMs, answer: null });
  }

  /** The provider has nothing, so that nothing is left to do. */
  async #refuse(payment: PaymentRecord, { reason }: PaymentRefused): Promise<Paid> {
    const { state } = payment;
    const to = open.includes(state) ? 'FAILED' : null;
    const change = { from: [state], to, answer: `declined: ${reason}`, dueInMs: null } as const;
    const isMine = await this.#writes.change(payment, change);
    return isMine && to !== null ? { outcome: 'declined', reason } : { outcome: 'closed' };
  }

  /** From what the provider says about an open payment to its end, as far as it has come. */
  async #decide(payment: PaymentRecord, answer: ProviderPayment, isFinal: boolean): Promise<Paid> {
    switch (answer.state) {
      case 'authorized':
      case 'captured':
        // By somebody at the provider, without a booking.
        if (answer.refunded > 0) return this.#close(payment, 'VOIDED', answer, { outcome: 'closed' });
        return this.#book(payment, answer);
      case 'action-required':
      case 'processing':
        return this.#wait(payment, answer);
      case 'unpaid':
        if (!isFinal) return { outcome: 'pending' };
        return this.#close(payment, 'FAILED', answer, { outcome: 'declined', reason: answer.declineReason });
      case 'voided':
        return this.#close(payment, 'VOIDED', answer, { outcome: 'closed' });
    }
  }

  async #book(payment: PaymentRecord, answer: ProviderPayment): Promise<Paid> {
    const { bookings, newId, logger } = this.#parts;
    const { eventId, id, reservationId } = payment;
    if (answer.amount !== payment.amount) {
      logger.error(
        { paymentId: id, reference: answer.reference, amount: answer.amount },
        'a payment of another amount',
      );
      return this.#close(payment, 'VOIDED', answer, { outcome: 'closed' });
    }
    const state = answer.state === 'captured' ? 'CAPTURED' : 'AUTHORIZED';
    const settled = { id, reference: answer.reference, state } as const;
    // For whoever holds it: a guest's reservation may have been claimed since the payment was begun.
    const order = { reservationId, viewerId: null, bookingId: newId(), payment: settled, buyer: null };
    const inTime = await bookings.book(eventId, order);
    const outcome = inTime.outcome === 'expired' ? await bookings.bookLate(eventId, order) : inTime;
    switch (outcome.outcome) {
      case 'confirmed':
        this.#parts.telemetry.emit('payment:moved', state);
        if (state === 'AUTHORIZED') this.#parts.settleSoon({ ...payment, ...settled });
        return { outcome: 'booked', booking: outcome.booking, isNew: true };
      case 'payment-closed':
        return { outcome: 'closed' };
      case 'total-changed':
        return this.#close(payment, 'VOIDED', answer, { outcome: 'closed' });
      default:
        return (await this.#bookedBefore(payment)) ?? this.#close(payment, 'VOIDED', answer, outcome);
    }
  }

  async #bookedBefore({ eventId, id, reservationId }: PaymentRecord): Promise<Paid | null> {
    const booking = await this.#parts.bookings.find({ eventId, reservationId });
    return booking?.paymentId === id ? { outcome: 'booked', booking, isNew: false } : null;
  }

  /** As long as the reservation runs. */
  async #wait(payment: PaymentRecord, answer: ProviderPayment): Promise<Paid> {
    const { eventId, reservationId } = payment;
    const [reservation] = await findReservations(this.#parts.database, [{ eventId, reservationId }]);
    if (reservation?.status !== 'ACTIVE') {
      const over: NotRunning =
        reservation === undefined ? { outcome: 'not-found' } : endOf(reservation.status, reservation.expiresAtMs);
      return (await this.#bookedBefore(payment)) ?? this.#close(payment, 'VOIDED', answer, over);
    }
    const isActionRequired = answer.state === 'action-required';
    const state = isActionRequired ? 'ACTION_REQUIRED' : 'AUTHORIZING';
    const change = { from: open, to: state, answer: answer.state, dueInMs: ASK_AGAIN_MS } as const;
    if (!(await this.#writes.change(payment, { ...change, reference: answer.reference }))) return { outcome: 'closed' };
    if (!isActionRequired) return { outcome: 'pending' };
    const { expiresAtMs, readAtMs } = reservation;
    return {
      outcome: 'action-required',
      clientSecret: answer.clientSecret ?? '',
      expiresInMs: expiresAtMs - readAtMs,
      payment: { ...payment, state, reference: answer.reference },
    };
  }

  /**
   * Gives an open payment up, so that it becomes nobody's booking, and then has the provider give back what it may have, and take no more.
   * Somebody else may have been faster, and has booked or closed it.
   */
  async #close<Then extends Paid>(
    payment: PaymentRecord,
    state: 'VOIDED' | 'FAILED',
    answer: ProviderPayment,
    then: Then,
  ): Promise<Then | { readonly outcome: 'closed' }> {
    const { reference } = answer;
    const isOver = answer.state === 'voided';
    const change = { from: open, to: state, reference, answer: nameOf(answer) };
    const isMine = await this.#writes.change(payment, { ...change, dueInMs: isOver ? null : CLOSE_GRACE_MS });
    if (!isMine) return { outcome: 'closed' };
    if (!isOver) this.#parts.settleSoon({ ...payment, state, reference });
    return then;
  }

  async #recordSecured(payment: PaymentRecord, answer: ProviderPayment): Promise<void> {
    const { logger } = this.#parts;
    const to = stateOfSecured(answer);
    if (to === null) throw new Error(`the provider has the payment ${payment.id} of a booking as ${answer.state}`);
    if (to === 'VOIDED')
      logger.error({ paymentId: payment.id, reference: answer.reference }, 'the money of a booking is gone');
    const { refunded, disputed, reference } = answer;
    await this.#writes.change(payment, {
      from: secured,
      to,
      reference,
      refunded,
      disputed,
      dueInMs: null,
      answer: answer.state,
    });
  }

  async #recordGivenBack(payment: PaymentRecord, answer: ProviderPayment): Promise<void> {
    const { refunded, amount, reference } = answer;
    const isRefunded = answer.state === 'captured' && refunded === amount;
    if (answer.state !== 'voided' && !isRefunded)
      throw new Error(`the provider still has the payment ${payment.id} as ${answer.state}`);
    const to = isRefunded ? 'REFUNDED' : null;
    await this.#writes.change(payment, {
      from: closed,
      to,
      reference,
      refunded,
      dueInMs: null,
      answer: nameOf(answer),
    });
  }
}

function endOf(status: 'CONFIRMED' | 'CANCELLED' | 'EXPIRED', expiredAtMs: number): NotRunning {
  return status === 'EXPIRED' ? { outcome: 'expired', expiredAtMs } : { outcome: 'not-active', status };
}

/** For the payment's list of events. */
function nameOf({ state, declineReason }: ProviderPayment): string {
  return declineReason === null ? state : `declined: ${declineReason}`;
}

/** The state of a booking's payment; null if the money was not taken yet, but can be. */
function stateOfSecured({ state, refunded, amount }: ProviderPayment): PaymentState | null {
  if (state === 'voided') return 'VOIDED';
  if (state !== 'captured') return null;
  if (refunded === 0) return 'CAPTURED';
  return refunded < amount ? 'PARTLY_REFUNDED' : 'REFUNDED';
}
