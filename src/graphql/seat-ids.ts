import type { Seating } from '../events/seating.ts';
import { decodeSeatId } from './ids.ts';
import { invalidInput } from './outcomes.ts';

type InvalidInput = ReturnType<typeof invalidInput>;

export type ParsedSeatIds =
  | { readonly ok: true /** Ascending. */; readonly indexes: readonly number[] }
  | { readonly ok: false; readonly invalid: InvalidInput };

/** What is wrong with a list of seat ids whatever the event: it is empty, or names a seat twice. Null if nothing is. */
export function faultOfSeatList(seatIds: readonly string[]): InvalidInput | null {
  if (seatIds.length === 0) return invalidInput('seatIds', 'Name at least one seat.');
  const repeated = seatIds.findIndex((id, position) => seatIds.indexOf(id) !== position);
  return repeated === -1 ? null : invalidInput(`seatIds[${repeated}]`, 'The seat is named twice.');
}

/** The event's seats that the ids mean. */
export function parseSeatIds(seatIds: readonly string[], eventId: string, seating: Seating): ParsedSeatIds {
  const indexes: number[] = [];
  for (const [position, id] of seatIds.entries()) {
    const seat = decodeSeatId(id);
    if (seat === null || seat.eventId !== eventId || !seating.has(seat.index)) {
      return { ok: false, invalid: invalidInput(`seatIds[${position}]`, 'The event has no such seat.') };
    }
    indexes.push(seat.index);
  }
  return { ok: true, indexes: indexes.sort((one, other) => one - other) };
}
