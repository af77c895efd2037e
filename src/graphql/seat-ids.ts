import { maxAmount } from '../domain/money.ts';
import type { EventLayout } from '../events/layouts.ts';
import { maxSeats } from '../events/seating-plan/check.ts';
import { decodeSeatId } from './ids.ts';
import { invalidInput } from './outcomes.ts';

type InvalidInput = ReturnType<typeof invalidInput>;

export type ParsedSeatIds =
  | { readonly ok: true /** Ascending. */; readonly indexes: readonly number[] }
  | { readonly ok: false; readonly invalid: InvalidInput };

/**
 * Returns what is wrong with a list of seat ids for any event: it is empty, longer than `limit`, or contains a seat twice. Null
 * if it is valid. The length is checked before the elements.
 */
export function validateSeatList(seatIds: readonly string[], limit = maxSeats): InvalidInput | null {
  if (seatIds.length === 0) return invalidInput('seatIds', 'Name at least one seat.');
  if (seatIds.length > limit) return invalidInput('seatIds', `Name at most ${limit} seats, not ${seatIds.length}.`);
  const seen = new Set<string>();
  for (const [position, id] of seatIds.entries()) {
    if (seen.has(id)) return invalidInput(`seatIds[${position}]`, 'The seat is named twice.');
    seen.add(id);
  }
  return null;
}

/** The seats of the event with these ids. */
export function parseSeatIds(seatIds: readonly string[], eventId: string, layout: EventLayout): ParsedSeatIds {
  const indexes: number[] = [];
  for (const [position, id] of seatIds.entries()) {
    const seat = decodeSeatId(id);
    if (seat === null || seat.eventId !== eventId || !layout.has(seat.index)) {
      return { ok: false, invalid: invalidInput(`seatIds[${position}]`, 'The event has no such seat.') };
    }
    indexes.push(seat.index);
  }
  return { ok: true, indexes: indexes.sort((one, other) => one - other) };
}

/** As `parseSeatIds`, for seats that are paid for together. */
export function parseSeatsToBuy(seatIds: readonly string[], eventId: string, layout: EventLayout): ParsedSeatIds {
  const parsed = parseSeatIds(seatIds, eventId, layout);
  if (!parsed.ok) return parsed;
  const total = parsed.indexes.reduce((sum, index) => sum + (priceOf(layout, index) ?? 0), 0);
  if (total <= maxAmount) return parsed;
  return {
    ok: false,
    invalid: invalidInput('seatIds', 'Together these seats cost more than one reservation can say.'),
  };
}

/** As `parseSeatIds`, for seats that are put on sale. */
export function parseSeatsToSell(seatIds: readonly string[], eventId: string, layout: EventLayout): ParsedSeatIds {
  const parsed = parseSeatIds(seatIds, eventId, layout);
  if (!parsed.ok) return parsed;
  const position = seatIds.findIndex((id) => priceOf(layout, decodeSeatId(id)?.index ?? -1) === null);
  if (position === -1) return parsed;
  return { ok: false, invalid: invalidInput(`seatIds[${position}]`, "The seat's category has no price.") };
}

/** Null if the seat's category has none. */
function priceOf({ seats, amounts }: EventLayout, index: number): number | null {
  return amounts[seats[index]?.category ?? -1] ?? null;
}
