import type { AvailabilityCountsFragment, SeatMapSubscription, SeatStatusesQuery } from './generated/documents.ts';
import { type SeatCodes, seatStatuses, unpackSeatCodes } from './seat-statuses.ts';

/** A seat map at one moment. Never changed: `statuses` is the same object for as long as no seat changes. */
export interface SeatMapState {
  readonly statuses: SeatCodes;
  readonly availability: AvailabilityCountsFragment;
  /** Of the newest message, in its subscription. */
  readonly sequence: number;
}

type Update = SeatMapSubscription['seatMap'];

/** @throws RangeError where the statuses are not as many as the counts say */
export function seatMapOf(event: NonNullable<SeatStatusesQuery['event']>): SeatMapState {
  const { availability, seatMap } = event;
  return { statuses: unpackSeatCodes(seatMap.statuses, availability.total), availability, sequence: 0 };
}

/**
 * The map after a message of the subscription. Null if it cannot be told: a message is missing, or this one is of another map.
 * @param base what the messages before made
 * @param shown of which a snapshot that says the same keeps the statuses
 */
export function seatMapAfter(
  base: SeatMapState | null,
  update: Update,
  shown: SeatMapState | null,
): SeatMapState | null {
  const { sequence, availability } = update;
  const statuses =
    update.__typename === 'SeatMapSnapshot'
      ? unpacked(update.statuses, availability.total, shown)
      : base !== null && sequence === base.sequence + 1
        ? changed(base.statuses, update.seats)
        : null;
  return statuses && { statuses, availability, sequence };
}

function unpacked(packed: string, seatCount: number, shown: SeatMapState | null): SeatCodes | null {
  try {
    const codes = unpackSeatCodes(packed, seatCount);
    return shown !== null && sameCodes(codes, shown.statuses) ? shown.statuses : codes;
  } catch {
    return null;
  }
}

function sameCodes(one: SeatCodes, other: SeatCodes): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}

type SeatStates = Extract<Update, { __typename: 'SeatMapDelta' }>['seats'];

/** A copy, which of 20,000 seats takes a microsecond: nothing that was given out changes. */
function changed(before: SeatCodes, seats: SeatStates): SeatCodes | null {
  if (seats.some(({ index }) => index >= before.length)) return null;
  if (seats.every(({ index, status }) => seatStatuses[before[index] ?? -1] === status)) return before;
  const codes = Uint8Array.from(before);
  for (const { index, status } of seats) codes[index] = seatStatuses.indexOf(status);
  return codes;
}
