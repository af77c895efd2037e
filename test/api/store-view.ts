import type { App } from '../../src/app.ts';
import { type SeatStatus, SeatsDocument, type SeatsQuery } from '../../src/client/generated/documents.ts';
import { dataOf } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import type { Offer } from './venue.ts';

const viewerToken = tokenFor('somebody who looks at every seat');

/** Status of every seat by index, as stored: for a viewer with a token, nodes read it from the store instead of memory. */
export async function storedStatuses(
  { graphqlUrl }: Pick<App, 'graphqlUrl'>,
  { eventId, seatIds }: Offer,
  token: Promise<string> | string = viewerToken,
): Promise<SeatStatus[]> {
  const statuses: SeatStatus[] = [];
  let after: string | null = null;
  while (statuses.length < seatIds.length) {
    const page: SeatsQuery = await dataOf(graphqlUrl, SeatsDocument, { eventId, first: 100, after }, await token);
    const edges = page.event?.seats.edges ?? [];
    if (edges.length === 0) throw new Error(`the event has ${statuses.length} seats only`);
    statuses.push(...edges.map(({ node }) => node.status));
    after = edges.at(-1)?.cursor ?? null;
  }
  return statuses;
}
