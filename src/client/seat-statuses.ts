import type { SeatStatus } from './generated/documents.ts';

/** In the order of the contract's two bits. */
export const seatStatuses = ['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED'] as const satisfies readonly SeatStatus[];

/** The status of each seat by index, as a position in `seatStatuses`. */
export interface SeatCodes extends Iterable<number> {
  readonly length: number;
  readonly [index: number]: number;
}

/**
 * Decodes `PackedSeatStatuses`: base64 with two bits for each seat; seat `index` is in byte `index >> 2`, at bits
 * `(index & 3) * 2`.
 * @throws RangeError if the length does not fit `seatCount`
 */
export function unpackSeatCodes(packed: string, seatCount: number): Uint8Array {
  const bytes = atob(packed);
  if (bytes.length !== Math.ceil(seatCount / 4)) {
    throw new RangeError(`${bytes.length} bytes cannot be the statuses of ${seatCount} seats`);
  }
  const codes = new Uint8Array(seatCount);
  for (let index = 0; index < seatCount; index += 1) {
    codes[index] = (bytes.charCodeAt(index >> 2) >> ((index & 3) * 2)) & 3;
  }
  return codes;
}

/**
 * Decodes `PackedSeatChanges`: base64 of one unsigned LEB128 number `(gap << 2) | status` for each seat that changed, ascending by
 * index, where `gap` is the number of seats between it and the previous one.
 * @returns the index of each seat, and its status as a position in `seatStatuses`
 */
export function unpackSeatChanges(packed: string): (readonly [index: number, code: number])[] {
  const changes: [number, number][] = [];
  let [index, number, shift] = [-1, 0, 0];
  for (const character of atob(packed)) {
    const byte = character.charCodeAt(0);
    number |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f) continue;
    index += (number >>> 2) + 1;
    changes.push([index, number & 3]);
    [number, shift] = [0, 0];
  }
  return changes;
}

/** The status of the seat; undefined if the map has no such seat. */
export function statusAt(codes: SeatCodes, index: number): SeatStatus | undefined {
  return seatStatuses[codes[index] ?? -1];
}

/** The indexes of the seats that differ, which must be redrawn. All of `after` if there were none before. */
export function changedSeats(before: SeatCodes, after: SeatCodes): number[] {
  const changed: number[] = [];
  for (let index = 0; index < after.length; index += 1) {
    if (before[index] !== after[index]) changed.push(index);
  }
  return changed;
}
