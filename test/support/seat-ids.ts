import { EventSectionsDocument } from '../../src/client/generated/documents.ts';
import { dataOf } from './graphql.ts';

/** The ids of all seats of an event, by index. */
export async function seatIdsOf(graphqlUrl: string, eventId: string, token?: string): Promise<string[]> {
  const { event } = await dataOf(graphqlUrl, EventSectionsDocument, { eventId }, token);
  const rows = (event?.seatMap.sections ?? []).flatMap((section) => section.rows);
  return rows.flatMap(({ seats }) => seats.map(({ id }) => id));
}
