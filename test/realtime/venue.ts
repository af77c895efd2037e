import type { App } from '../../src/app.ts';
import {
  BlockSeatsDocument,
  CreateEventDocument,
  SetSalesStatusDocument,
  UnblockSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { decodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { eventInput, organizerToken, planOf } from '../api/venue.ts';
import { dataOf } from '../support/graphql.ts';

type Node = Pick<App, 'graphqlUrl'>;

export interface LargeEvent {
  readonly eventId: string;
  readonly seatCount: number;
  seatIds(indexes: readonly number[]): string[];
}

/** An event on sale with this number of seats, created through the API. Does not read its seats. */
export async function largeEvent({ graphqlUrl }: Node, seatCount: number): Promise<LargeEvent> {
  const token = await organizerToken;
  const input = { ...eventInput, plan: planOf(seatCount) };
  const { createEvent } = await dataOf(graphqlUrl, CreateEventDocument, { input }, token);
  if (createEvent.__typename !== 'Event') throw new Error(JSON.stringify(createEvent));
  const eventId = createEvent.id;
  await dataOf(graphqlUrl, SetSalesStatusDocument, { input: { eventId, salesStatus: 'ON_SALE' } }, token);
  const uuid = decodeEventId(eventId) ?? '';
  return { eventId, seatCount, seatIds: (indexes) => indexes.map((index) => encodeSeatId(uuid, index)) };
}

/** Blocks or unblocks seats in one write. */
export async function setBlocked(
  { graphqlUrl }: Node,
  event: LargeEvent,
  indexes: readonly number[],
  blocked: boolean,
) {
  const input = { eventId: event.eventId, seatIds: event.seatIds(indexes) };
  const token = await organizerToken;
  const outcome = blocked
    ? (await dataOf(graphqlUrl, BlockSeatsDocument, { input }, token)).blockSeats
    : (await dataOf(graphqlUrl, UnblockSeatsDocument, { input }, token)).unblockSeats;
  if (outcome.__typename !== 'Event') throw new Error(JSON.stringify(outcome));
}
