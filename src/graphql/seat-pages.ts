import { z } from 'zod';
import { type SeatStatus, statusCodes } from '../domain/seat.ts';
import type { EventLayout } from '../events/layouts.ts';
import { nextTimeSlice } from '../time-slices.ts';
import { cursorCodec, type PageRequest, toConnection } from './pages.ts';
import type { SeatConnectionSource } from './payload-sources.ts';

/** A place in plan order. */
export const seatCursor = cursorCodec(z.strictObject({ index: z.int32() }));

export interface SeatFilter {
  readonly status: SeatStatus | null;
  /** Position of the price category in the plan. */
  readonly category: number | null;
}

/**
 * A page of the seats that fit, in plan order.
 * @param readCodes the statuses of all seats, as `statusCodes` has them; not called where they do not matter
 */
export async function seatPage(
  { eventId, layout }: { readonly eventId: string; readonly layout: EventLayout },
  { status, category }: SeatFilter,
  request: PageRequest<{ readonly index: number }>,
  readCodes: () => Promise<Uint8Array>,
): Promise<SeatConnectionSource> {
  const codes = status === null ? null : await readCodes();
  const fits = (index: number) =>
    (category === null || layout.seat(index).category === category) &&
    (codes === null || status === null || codes[index] === statusCodes[status]);
  await nextTimeSlice();
  const rows = seatsInPart(layout.seatCount, fits, request);
  const connection = toConnection({
    rows,
    request,
    cursorOf: (index) => seatCursor.encode({ index }),
    nodeOf: (index) => ({ __typename: 'Seat', eventId, layout, index }) as const,
  });
  return { ...connection, countAll: () => count(layout.seatCount, fits) };
}

/** The matching seats, as many as requested, from the beginning or the end. */
function seatsInPart(
  seatCount: number,
  fits: (index: number) => boolean,
  { after, before, fromEnd, limit }: PageRequest<{ readonly index: number }>,
): number[] {
  const lowest = Math.max(0, (after?.index ?? -1) + 1);
  const highest = Math.min(seatCount, before?.index ?? seatCount) - 1;
  const [from, step] = fromEnd ? [highest, -1] : [lowest, 1];
  const rows: number[] = [];
  for (let index = from; index >= lowest && index <= highest && rows.length < limit; index += step) {
    if (fits(index)) rows.push(index);
  }
  return rows;
}

async function count(seatCount: number, fits: (index: number) => boolean): Promise<number> {
  await nextTimeSlice();
  let fitting = 0;
  for (let index = 0; index < seatCount; index += 1) if (fits(index)) fitting += 1;
  return fitting;
}
