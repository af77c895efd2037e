import { z } from 'zod';
import type { Seating } from '../events/seating.ts';
import { type SeatStatus, statusCodes } from '../seat-map/status.ts';
import { nextTimeSlice } from '../time-slices.ts';
import { cursorCodec, toConnection } from './pages.ts';
import type { SeatConnectionSource } from './sources.ts';

const cursor = cursorCodec(z.strictObject({ index: z.int32() }));

export interface SeatFilter {
  readonly status: SeatStatus | null;
  /** Position of the price category. */
  readonly category: number | null;
}

export interface SeatPage {
  readonly size: number;
  readonly after: string | null | undefined;
}

/**
 * A page of the seats that fit, in plan order.
 * @param readCodes the statuses of all seats, as `statusCodes` has them; not called where they do not matter
 */
export async function seatPage(
  { eventId, seating }: { readonly eventId: string; readonly seating: Seating },
  { status, category }: SeatFilter,
  { size, after }: SeatPage,
  readCodes: () => Promise<Uint8Array>,
): Promise<SeatConnectionSource> {
  const afterIndex = cursor.decode(after)?.index ?? -1;
  const codes = status === null ? null : await readCodes();
  const fits = (index: number) =>
    (category === null || seating.seat(index).category === category) &&
    (codes === null || status === null || codes[index] === statusCodes[status]);
  const rows: number[] = [];
  await nextTimeSlice();
  for (let index = Math.max(0, afterIndex + 1); index < seating.seatCount && rows.length <= size; index += 1) {
    if (fits(index)) rows.push(index);
  }
  const connection = toConnection({
    rows,
    size,
    cursorOf: (index) => cursor.encode({ index }),
    nodeOf: (index) => ({ __typename: 'Seat', eventId, seating, index }) as const,
  });
  return { ...connection, countAll: () => count(seating.seatCount, fits) };
}

async function count(seatCount: number, fits: (index: number) => boolean): Promise<number> {
  await nextTimeSlice();
  let fitting = 0;
  for (let index = 0; index < seatCount; index += 1) if (fits(index)) fitting += 1;
  return fitting;
}
