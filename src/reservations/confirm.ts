import type { Logger } from 'pino';
import type { Gate } from '../coordination/coordination.ts';
import type { Buyer, PaymentRecord } from '../domain/payment.ts';
import type { NotRunning, ReservationRecord } from '../domain/records.ts';
import type { GroupCommit } from '../group-commit/group-commit.ts';
import type { Bookings, Paid, PaymentFlow } from '../payments/payment-flow.ts';
import { ProviderFault } from '../payments/provider-calls.ts';
import type { Database } from '../store/engine/database.ts';
import { findPaymentsOfReservations } from '../store/queries/payments.ts';
import { type FenceOutcome, type FenceRequest, fencePayments } from '../store/statements/fence-payments.ts';
import { type HolderCommand, keepKey } from './extend.ts';
import type { PostCommit } from './post-commit.ts';

export interface ConfirmCommand extends HolderCommand {
  readonly paymentToken: string | null;
  /** ISO 4217, the event's. */
  readonly currency: string;
  readonly buyer: Buyer;
}

export type ConfirmResult =
  | NotRunning
  | Extract<Paid, { readonly outcome: 'booked' | 'action-required' }>
  | { readonly outcome: 'payment-failed'; readonly reason: string | null }
  /** The payment provider did not answer, or waits itself. */
  | { readonly outcome: 'payment-unavailable' };

export interface ConfirmDependencies {
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly gate: Gate;
  readonly postCommit: PostCommit;
  readonly bookings: Bookings;
  readonly payments: PaymentFlow;
  /** Name of the payment provider. */
  readonly provider: string;
  readonly paymentSeconds: number;
  readonly newId: () => string;
  readonly logger: Logger;
}

/**
 * How often a payment is begun in one request: again after seats were let go of meanwhile, or the payment of another tab or card was
 * given up.
 */
const MAX_PAYMENTS = 5;
/** Between the moment when a payment is done in time, and that when its booking is written. */
const MARGIN_SECONDS = 5;

const unavailable = { outcome: 'payment-unavailable' } as const;

/**
 * Fences the deadline and records the payment, in one write, and has it paid and booked. The provider is not called for a reservation
 * that costs nothing.
 */
export function createConfirm(dependencies: ConfirmDependencies): (command: ConfirmCommand) => Promise<ConfirmResult> {
  const { database, gate, bookings, payments, provider, paymentSeconds, newId, logger } = dependencies;
  const fences = fenceWrites(dependencies);

  return async (command) => {
    for (let attempt = 1; attempt <= MAX_PAYMENTS; attempt += 1) {
      const fence = await fenceDeadline(command);
      if (fence.outcome !== 'fenced') return resultOfEnded(command, fence);
      const { reservation, payment } = fence;
      const paid = payment === null ? await bookFree(command) : await pay(command, reservation, payment);
      if (paid.outcome !== 'closed') return resultOf(command, paid);
    }
    return unavailable;
  };

  async function fenceDeadline({ eventId, ...request }: ConfirmCommand): Promise<FenceOutcome> {
    await keepKey(gate, eventId, request.reservationId, paymentSeconds);
    return fences.submit(eventId, { ...request, paymentId: newId(), provider });
  }

  function pay(
    { paymentToken }: ConfirmCommand,
    { expiresAtMs, readAtMs }: ReservationRecord,
    payment: PaymentRecord,
  ): Promise<Paid> {
    const time = Math.min(paymentSeconds * 1000, expiresAtMs - readAtMs);
    return answerOf(payment, () => payments.pay(payment, paymentToken, AbortSignal.timeout(time)));
  }

  /** Where the provider does not answer, the payment stays as it is, and the settler finds out what became of it. */
  async function answerOf<Answer extends Paid | null>(
    { id: paymentId, reservationId }: PaymentRecord,
    ask: () => Promise<Answer>,
  ): Promise<Answer | { readonly outcome: 'pending' }> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ProviderFault)) throw error;
      logger.error({ err: error, reservationId, paymentId }, 'the payment provider gave no answer');
      return { outcome: 'pending' };
    }
  }

  async function bookFree({ eventId, reservationId, viewerId, buyer }: ConfirmCommand): Promise<Paid> {
    const order = { reservationId, viewerId, bookingId: newId(), payment: null, buyer };
    const outcome = await bookings.book(eventId, order);
    switch (outcome.outcome) {
      case 'confirmed':
        return { outcome: 'booked', booking: outcome.booking, isNew: true };
      case 'total-changed':
      case 'payment-closed':
        return { outcome: 'closed' };
      default:
        return outcome;
    }
  }

  async function resultOf(command: ConfirmCommand, paid: Exclude<Paid, { outcome: 'closed' }>): Promise<ConfirmResult> {
    switch (paid.outcome) {
      case 'declined':
        return { outcome: 'payment-failed', reason: paid.reason };
      case 'pending':
        return unavailable;
      case 'not-active':
        return bookedBefore(command, paid);
      default:
        return paid;
    }
  }

  /** A second confirm returns the booking of the first. A payment that came too late may still have been in time for the seats. */
  async function resultOfEnded(command: ConfirmCommand, ended: NotRunning): Promise<ConfirmResult> {
    if (ended.outcome !== 'expired') return bookedBefore(command, ended);
    const [payment] = await findPaymentsOfReservations(database, [command]);
    const isOpen = payment?.state === 'AUTHORIZING' || payment?.state === 'ACTION_REQUIRED';
    if (payment === undefined || !isOpen) return ended;
    const signal = AbortSignal.timeout(paymentSeconds * 1000);
    const paid = await answerOf(payment, () => payments.pursue(payment, signal, true));
    if (paid === null || paid.outcome === 'closed' || paid.outcome === 'declined') return ended;
    return resultOf(command, paid);
  }

  async function bookedBefore(command: ConfirmCommand, notRunning: NotRunning): Promise<ConfirmResult> {
    const isConfirmed = notRunning.outcome === 'not-active' && notRunning.status === 'CONFIRMED';
    if (!isConfirmed) return notRunning;
    const booking = await bookings.find(command);
    if (booking === undefined) throw new Error(`the confirmed reservation ${command.reservationId} has no booking`);
    return { outcome: 'booked', booking, isNew: false };
  }
}

function fenceWrites({ database, groupCommit, postCommit, paymentSeconds }: ConfirmDependencies) {
  const terms = { paymentSeconds, marginSeconds: Math.min(MARGIN_SECONDS, paymentSeconds) };
  return groupCommit.register<FenceRequest, FenceOutcome>({
    conflictKeys: ({ reservationId }) => [reservationId],
    write: async (eventId, requests) => {
      const outcomes = await fencePayments(database, eventId, requests, terms);
      postCommit.onReserved(
        eventId,
        outcomes.filter((outcome) => outcome.outcome === 'fenced'),
      );
      return outcomes;
    },
  });
}
