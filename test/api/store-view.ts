import type { App } from '../../src/app.ts';
import { EventSectionsDocument, type SeatStatus } from '../../src/client/generated/documents.ts';
import { statusOfCode } from '../../src/domain/seat.ts';
import { unpackStatuses } from '../../src/live/packing.ts';
import { dataOf } from '../support/graphql.ts';
import type { Offer } from './venue.ts';

/** Every seat's status by index, as `statuses` reads it from the store. */
export async function storedStatuses(
  { graphqlUrl }: Pick<App, 'graphqlUrl'>,
  { eventId, seatIds }: Offer,
): Promise<SeatStatus[]> {
  const { event } = await dataOf(graphqlUrl, EventSectionsDocument, { eventId });
  return Array.from(unpackStatuses(event?.seatMap.statuses ?? '', seatIds.length), statusOfCode);
}
