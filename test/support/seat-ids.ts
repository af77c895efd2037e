import { EventSeatMapDocument } from '../../src/client/generated/documents.ts';
import { createHoldfastClient, type Layout } from '../../src/client/index.ts';

/** An event's layout, with an optional token. */
export async function layoutOf(url: string, eventId: string, token: string | null = null): Promise<Layout> {
  const client = createHoldfastClient({ url, token: () => token });
  try {
    const { event } = await client.query(EventSeatMapDocument, { eventId });
    if (event === null) throw new RangeError(`there is no event ${eventId}`);
    return await client.layout(event.seatMap.layoutUrl);
  } finally {
    client.dispose();
  }
}

/** Ids of all seats of an event, by index. */
export async function seatIdsOf(graphqlUrl: string, eventId: string, token?: string): Promise<string[]> {
  const { sections } = await layoutOf(graphqlUrl, eventId, token);
  return sections.flatMap(({ rows }) => rows.flatMap(({ seats }) => seats.map(({ id }) => id)));
}
