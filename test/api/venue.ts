import type { App } from '../../src/app.ts';
import {
  CreateEventDocument,
  ReserveSeatsDocument,
  type ReserveSeatsMutation,
  SetSalesStatusDocument,
} from '../../src/client/generated/documents.ts';
import { dataOf } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import { seatIdsOf } from '../support/seat-ids.ts';

/** A seating plan in pretix's format: two rows of ten seats in two categories by default. */
export function planOf(seatCount = 20) {
  const seats = Array.from({ length: seatCount }, (_, at) => ({
    seat_guid: `seat-${at}`,
    seat_number: String((at % 10) + 1),
    category: at % 10 < 5 ? 'Front' : 'Back',
    position: { x: (at % 10) * 20, y: 0 },
  }));
  const rows = Array.from({ length: Math.ceil(seatCount / 10) }, (_, at) => ({
    row_number: String(at + 1),
    position: { x: 0, y: at * 20 },
    seats: seats.slice(at * 10, at * 10 + 10),
  }));
  return {
    name: 'Venue',
    categories: [{ name: 'Front', color: '#aa0000' }, { name: 'Back' }],
    size: { width: 200, height: 200 },
    zones: [{ name: 'Stalls', position: { x: 0, y: 0 }, rows, areas: [] }],
  };
}

export const prices = [
  { category: 'Front', amount: 5000 },
  { category: 'Back', amount: 2500 },
];

export const eventInput = {
  name: 'Hamlet',
  venue: 'Great Hall',
  startsAt: '2030-05-01T19:30:00.000Z',
  currency: 'EUR',
  plan: planOf(),
  prices,
};

export interface Offer {
  readonly eventId: string;
  /** In plan order. */
  readonly seatIds: readonly string[];
}

export const organizerToken = tokenFor('the organizer', ['ORGANIZER']);

export interface OfferOptions {
  readonly name?: string;
  readonly currency?: string;
  readonly timeZone?: string;
  readonly prices?: typeof prices;
  /** Replaces the plan with this number of `seats`. */
  readonly plan?: ReturnType<typeof planOf>;
  readonly seats?: number;
  readonly reservationSeconds?: number;
  readonly startsAt?: string;
  readonly salesStatus?: 'DRAFT' | 'ON_SALE' | 'PAUSED' | 'CLOSED';
}

/** Creates an event through the API as its organizer, and opens its sales. */
export async function offer(
  { graphqlUrl }: Pick<App, 'graphqlUrl'>,
  { seats = 20, salesStatus = 'ON_SALE', ...input }: OfferOptions = {},
): Promise<Offer> {
  const token = await organizerToken;
  const created = await dataOf(
    graphqlUrl,
    CreateEventDocument,
    { input: { ...eventInput, plan: planOf(seats), ...input } },
    token,
  );
  if (created.createEvent.__typename !== 'Event') throw new Error(JSON.stringify(created.createEvent));
  const eventId = created.createEvent.id;
  if (salesStatus !== 'DRAFT') {
    await dataOf(graphqlUrl, SetSalesStatusDocument, { input: { eventId, salesStatus } }, token);
  }
  return { eventId, seatIds: await seatIdsOf(graphqlUrl, eventId, token) };
}

export type Reserved = Extract<ReserveSeatsMutation['reserveSeats'], { __typename: 'Reservation' }>;

/** Reserves seats of the event by index. Throws for any other outcome. */
export async function reserve(
  { graphqlUrl }: Pick<App, 'graphqlUrl'>,
  { eventId, seatIds }: Offer,
  indexes: readonly number[],
  token: string,
): Promise<Reserved> {
  const input = { eventId, seatIds: indexes.map((index) => seatAt(seatIds, index)) };
  const { reserveSeats } = await dataOf(graphqlUrl, ReserveSeatsDocument, { input }, token);
  if (reserveSeats.__typename !== 'Reservation') throw new Error(JSON.stringify(reserveSeats));
  return reserveSeats;
}

export function seatAt(seatIds: readonly string[], index: number): string {
  const id = seatIds[index];
  if (id === undefined) throw new RangeError(`the offer has no seat ${index}`);
  return id;
}
