import type { App } from '../../src/app.ts';
import {
  type BookingDetailsFragment,
  CancelReservationDocument,
  ConfirmReservationDocument,
  ExtendReservationDocument,
  type ReservationDetailsFragment,
  ReservationDocument,
  ReserveSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { dataOf } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import { type Offer, seatAt } from './venue.ts';

type Node = Pick<App, 'graphqlUrl'>;

let buyers = 0;

/** A new viewer. */
export async function newBuyer(): Promise<Buyer> {
  buyers += 1;
  return new Buyer(await tokenFor(`buyer ${process.pid} ${buyers}`));
}

/** Operations of one viewer through any node. Each resolves to its outcome. */
export class Buyer {
  readonly token: string;

  constructor(token: string) {
    this.token = token;
  }

  async reserve(node: Node, { eventId, seatIds }: Offer, indexes: readonly number[], idempotencyKey?: string) {
    const asked = { eventId, seatIds: indexes.map((index) => seatAt(seatIds, index)) };
    const input = idempotencyKey === undefined ? asked : { ...asked, idempotencyKey };
    return (await dataOf(node.graphqlUrl, ReserveSeatsDocument, { input }, this.token)).reserveSeats;
  }

  async extend(node: Node, reservationId: string, idempotencyKey: string | null = null) {
    const variables = { input: { reservationId, idempotencyKey } };
    return (await dataOf(node.graphqlUrl, ExtendReservationDocument, variables, this.token)).extendReservation;
  }

  async confirm(node: Node, reservationId: string, paymentToken: string | null = null) {
    const variables = { input: { reservationId, paymentToken } };
    return (await dataOf(node.graphqlUrl, ConfirmReservationDocument, variables, this.token)).confirmReservation;
  }

  /** Cancels the whole reservation, or some of its seats. */
  async cancel(
    node: Node,
    reservationId: string,
    seatIds: readonly string[] | null = null,
    idempotencyKey: string | null = null,
  ) {
    const variables = { input: { reservationId, seatIds, idempotencyKey } };
    return (await dataOf(node.graphqlUrl, CancelReservationDocument, variables, this.token)).cancelReservation;
  }

  /** The reservation; null if it does not belong to this buyer. */
  async look(node: Node, id: string) {
    return (await dataOf(node.graphqlUrl, ReservationDocument, { id }, this.token)).reservation;
  }
}

/** Throws for any other outcome. */
export function reservationIn(outcome: { readonly __typename: string }): ReservationDetailsFragment {
  if (outcome.__typename === 'Reservation') return outcome as ReservationDetailsFragment;
  throw new Error(`no reservation, but ${JSON.stringify(outcome)}`);
}

/** Throws for any other outcome. */
export function bookingIn(outcome: { readonly __typename: string }): BookingDetailsFragment {
  if (outcome.__typename === 'Booking') return outcome as BookingDetailsFragment;
  throw new Error(`no booking, but ${JSON.stringify(outcome)}`);
}

/** Counts outcomes by type. */
export function countTypes(outcomes: readonly { readonly __typename: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of outcomes) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}
