import type { App } from '../../src/app.ts';
import { type SeatStatus, SeatsDocument } from '../../src/client/generated/documents.ts';
import { dataOf } from '../support/graphql.ts';
import type { Offer } from './venue.ts';

/** Every seat's status by index, as `seats` reads it from the store. */
export async function storedStatuses(
  { graphqlUrl }: Pick<App, 'graphqlUrl'>,
  { eventId, seatIds }: Offer,
): Promise<SeatStatus[]> {
  const { event } = await dataOf(graphqlUrl, SeatsDocument, { eventId, first: seatIds.length });
  return (event?.seats.edges ?? []).map(({ node }) => node.status);
}
