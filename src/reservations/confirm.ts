import type { Logger } from 'pino';
import type { Gate } from '../coordination/coordination.ts';
import type { BookingRecord, NotRunning, ReservationKey, ReservationRecord } from '../domain/records.ts';
import { type GroupCommit, QueueFull } from '../group-commit/group-commit.ts';
import type { AuthorizationAnswer, PaymentProvider } from '../payments/provider.ts';
import type { Settler } from '../payments/settler.ts';
import type { Database } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { findBookingsOfReservations } from '../store/queries/bookings.ts';
import {
  type ConfirmOutcome,
  type ConfirmRequest,
  confirmReservations,
} from '../store/statements/confirm-reservations.ts';
import { type FenceOutcome, fencePayments } from '../store/statements/fence-payments.ts';
import type { HolderRequest } from '../store/statements/running-reservations.ts';
import { type HolderCommand, keepKey } from './extend.ts';
import type { PostCommit } from './post-commit.ts';

export interface ConfirmCommand extends HolderCommand {
  readonly paymentToken: string | null;
  /** ISO 4217, the event's. */
  readonly currency: string;
}

export type ConfirmResult =
  | NotRunning
  | { readonly outcome: 'payment-failed'; readonly reason: string }
  /** The payment provider did not answer. */
  | { readonly outcome: 'payment-unavailable' }
  /** By this request, or (not `isNew`) by an earlier one. */
  | { readonly outcome: 'booked'; readonly booking: BookingRecord; readonly isNew: boolean };

export interface ConfirmDependencies {
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly gate: Gate;
  readonly postCommit: PostCommit;
  readonly payment: PaymentProvider;
  readonly settler: Settler;
  readonly paymentSeconds: number;
  readonly newId: () => string;
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: Logger;
}

/** How often a random reference is drawn until one is free. */
const MAX_DRAWS = 5;
/** Free reservations are booked without the payment provider. */
const nothingToPay = { outcome: 'authorized', authorizationId: '' } as const;
/** Bookings read in one statement. */
const MAX_READ = 500;

/**
 * Fences the deadline, authorizes the payment, books, and then has the payment captured, or voided if the seats were lost. The provider
 * is not called for a reservation that costs nothing.
 */
export function createConfirm(dependencies: ConfirmDependencies): (command: ConfirmCommand) => Promise<ConfirmResult> {
  const { database, gate, payment, settler, paymentSeconds, newId, logger } = dependencies;
  const fences = fenceWrites(dependencies);
  const confirmations = confirmWrites(dependencies);
  const findBooking = batched((keys: readonly ReservationKey[]) => readBookings(database, keys), MAX_READ);

  return confirm;

  async function confirm(command: ConfirmCommand): Promise<ConfirmResult> {
    const fence = await fenceDeadline(command);
    if (fence.outcome !== 'fenced') return bookedBefore(command, fence);
    const bookingId = newId();
    const { totalAmount } = fence.reservation;
    const isFree = totalAmount === 0;
    const answer = isFree ? nothingToPay : await authorize(command, fence.reservation, bookingId);
    if (answer === null) return { outcome: 'payment-unavailable' };
    if (answer.outcome === 'declined') return { outcome: 'payment-failed', reason: answer.reason };
    return book(command, { bookingId, paymentAuthorization: answer.authorizationId, totalAmount });
  }

  async function fenceDeadline({ eventId, ...request }: ConfirmCommand): Promise<FenceOutcome> {
    await keepKey(gate, eventId, request.reservationId, paymentSeconds);
    return fences.submit(eventId, request);
  }

  /** Null if the provider did not answer: then nothing stays authorized. */
  async function authorize(
    { currency, paymentToken }: ConfirmCommand,
    { id, totalAmount, expiresAtMs, readAtMs }: ReservationRecord,
    attemptId: string,
  ): Promise<AuthorizationAnswer | null> {
    const time = Math.min(paymentSeconds * 1000, expiresAtMs - readAtMs);
    const order = { amount: totalAmount, currency, token: paymentToken, attemptId, reservationId: id };
    try {
      return await payment.authorize({ ...order, signal: AbortSignal.timeout(time) });
    } catch (error) {
      logger.error({ err: error, reservationId: id }, 'the payment provider gave no answer');
      return null;
    }
  }

  async function book(command: ConfirmCommand, paid: Omit<Confirmation, keyof HolderRequest>): Promise<ConfirmResult> {
    const { eventId, reservationId, viewerId } = command;
    const outcome = await writeBooking(eventId, { reservationId, viewerId, ...paid });
    if (outcome.outcome === 'confirmed') {
      if (paid.totalAmount > 0) settler.begin({ eventId, ...paid });
      return { outcome: 'booked', booking: outcome.booking, isNew: true };
    }
    await giveBack({ reservationId, ...paid });
    // This ends, because each time the reservation has fewer seats.
    return outcome.outcome === 'total-changed' ? confirm(command) : bookedBefore(command, outcome);
  }

  /** If the store fails, the outcome is unknown, and the authorization stays: the settler captures it, or it expires. */
  async function writeBooking(eventId: string, confirmation: Confirmation): Promise<Confirmed> {
    try {
      return await confirmations.submit(eventId, confirmation);
    } catch (error) {
      if (error instanceof QueueFull) await giveBack(confirmation);
      throw error;
    }
  }

  async function giveBack(
    paid: Pick<Confirmation, 'reservationId' | 'paymentAuthorization' | 'totalAmount'>,
  ): Promise<void> {
    const { reservationId, paymentAuthorization: authorizationId } = paid;
    if (paid.totalAmount === 0) return;
    try {
      await payment.void(authorizationId);
    } catch (error) {
      logger.error({ err: error, reservationId, authorizationId }, 'an authorized payment could not be voided');
    }
  }

  /** A second confirm returns the booking of the first. */
  async function bookedBefore(command: ConfirmCommand, notRunning: NotRunning): Promise<ConfirmResult> {
    const confirmed = notRunning.outcome === 'not-active' && notRunning.status === 'CONFIRMED';
    if (!confirmed) return notRunning;
    const booking = await findBooking(command);
    if (booking === undefined) throw new Error(`the confirmed reservation ${command.reservationId} has no booking`);
    return { outcome: 'booked', booking, isNew: false };
  }
}

async function readBookings(database: Database, keys: readonly ReservationKey[]) {
  const found = await findBookingsOfReservations(database, keys);
  const byReservation = new Map(found.map((booking) => [booking.reservationId, booking]));
  return keys.map(({ reservationId }) => byReservation.get(reservationId));
}

function fenceWrites({ database, groupCommit, postCommit, paymentSeconds }: ConfirmDependencies) {
  return groupCommit.register<HolderRequest, FenceOutcome>({
    conflictKeys: ({ reservationId }) => [reservationId],
    write: async (eventId, requests) => {
      const outcomes = await fencePayments(database, eventId, requests, { paymentSeconds });
      postCommit.onReserved(
        eventId,
        outcomes.filter((outcome) => outcome.outcome === 'fenced'),
      );
      return outcomes;
    },
  });
}

/** References are drawn when the batch is written. */
type Confirmation = Omit<ConfirmRequest, 'reference'>;

type Confirmed = Exclude<ConfirmOutcome, { readonly outcome: 'reference-taken' }>;

function confirmWrites({ database, groupCommit, postCommit, random }: ConfirmDependencies) {
  const confirm = async (eventId: string, requests: readonly Confirmation[], draws = 1): Promise<Confirmed[]> => {
    const drawn = requests.map((request) => ({ ...request, reference: bookingReference(random(8)) }));
    const outcomes = await confirmReservations(database, eventId, drawn);
    const isTaken = (_: unknown, at: number) => outcomes[at]?.outcome === 'reference-taken';
    const again = requests.filter(isTaken);
    if (again.length > 0 && draws === MAX_DRAWS) throw new Error('no reference of a booking is free');
    const others = again.length === 0 ? [] : await confirm(eventId, again, draws + 1);
    return outcomes.flatMap((outcome) => (outcome.outcome === 'reference-taken' ? others.splice(0, 1) : [outcome]));
  };

  return groupCommit.register<Confirmation, Confirmed>({
    conflictKeys: ({ reservationId }) => [reservationId],
    write: async (eventId, requests) => {
      const outcomes = await confirm(eventId, requests);
      const bookings = outcomes.flatMap((outcome) => (outcome.outcome === 'confirmed' ? [outcome.booking] : []));
      postCommit.onBooked(eventId, bookings);
      return outcomes;
    },
  });
}

/** Crockford's base 32, without I, L, O and U, which are easily misread. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A booking's reference for people, such as 'K7QM-3F9A', from five bits of each of eight random bytes. */
function bookingReference(random: Uint8Array): string {
  const letters = Array.from(random.subarray(0, 8), (byte) => ALPHABET[byte & 31]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
