import { randomInt, randomUUID } from 'node:crypto';
import { decodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import type { LoadRequest } from './load-process.ts';

/** One request each of new viewers, for the seats that `seatsFor` returns by index. */
export function reserveRequests(
  eventId: string,
  count: number,
  seatsFor: (at: number) => readonly number[],
): LoadRequest[] {
  const uuid = decodeEventId(eventId);
  if (uuid === null) throw new Error(`${eventId} is no event`);
  return Array.from({ length: count }, (_, at) => {
    const seatIds = seatsFor(at).map((index) => encodeSeatId(uuid, index));
    return { viewer: `buyer_${randomUUID()}`, input: { eventId, seatIds, idempotencyKey: randomUUID() } };
  });
}

/** From `least` to `most` different seats of the first `seats`, in random order. */
export function anySeats(seats: number, least: number, most: number): readonly number[] {
  const chosen = new Set<number>();
  for (const wanted = randomInt(least, most + 1); chosen.size < wanted; ) chosen.add(randomInt(seats));
  return [...chosen];
}
