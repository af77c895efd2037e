import { CreateEventDocument, SetSalesStatusDocument } from '../src/client/generated/documents.ts';
import { dataOf } from '../test/support/graphql.ts';
import { seatingPlanOf } from './seating-plan.ts';

/** Price of a seat, in minor units. */
export const SEAT_PRICE = 5_000;

export interface NewEvent {
  readonly name: string;
  readonly seats: number;
  /** Duration of reservations; a day by default. */
  readonly reservationSeconds?: number;
}

/** Creates an event over HTTP as its organizer, and opens its sales. Resolves to its id. */
export async function openEvent(
  graphqlUrl: string,
  organizerToken: string,
  { name, seats, reservationSeconds = 24 * 3600 }: NewEvent,
): Promise<string> {
  const input = {
    name,
    venue: 'Arena',
    startsAt: '2040-05-01T19:30:00.000Z',
    currency: 'EUR',
    plan: seatingPlanOf(seats),
    prices: [{ category: 'Arena', amount: SEAT_PRICE }],
    reservationSeconds,
  };
  const { createEvent } = await dataOf(graphqlUrl, CreateEventDocument, { input }, organizerToken);
  if (createEvent.__typename !== 'Event') throw new Error(JSON.stringify(createEvent));
  const { id } = createEvent;
  await dataOf(graphqlUrl, SetSalesStatusDocument, { input: { eventId: id, salesStatus: 'ON_SALE' } }, organizerToken);
  return id;
}
