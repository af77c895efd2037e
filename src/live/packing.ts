import { type SeatStatus, statusCodes, statusOfCode } from '../domain/seat.ts';

/**
 * The contract's `PackedSeatStatuses`: two bits for each seat, in base64. Seat `index` is in byte `index >> 2` at bits `(index & 3) * 2`.
 * Bits after the last seat are 0.
 */
export function packStatuses(codes: Uint8Array): string {
  const bytes = Buffer.alloc(Math.ceil(codes.length / 4));
  for (const [index, code] of codes.entries()) {
    bytes[index >> 2] = (bytes[index >> 2] ?? 0) | (code << ((index & 3) * 2));
  }
  return bytes.toString('base64');
}

/** One status code for each seat. Throws RangeError if the length does not fit `seatCount`. */
export function unpackStatuses(packed: string, seatCount: number): Uint8Array {
  const bytes = Buffer.from(packed, 'base64');
  if (bytes.length !== Math.ceil(seatCount / 4)) {
    throw new RangeError(`${bytes.length} bytes cannot be the statuses of ${seatCount} seats`);
  }
  return Uint8Array.from({ length: seatCount }, (_, index) => ((bytes[index >> 2] ?? 0) >> ((index & 3) * 2)) & 3);
}

export interface SeatChange {
  readonly index: number;
  readonly status: SeatStatus;
}

/**
 * The contract's `PackedSeatChanges`: for each seat one unsigned LEB128 number `(gap << 2) | status`, in base64, where `gap` is the number
 * of seats between it and the previous one. Throws RangeError unless the seats ascend by index.
 */
export function packChanges(seats: Iterable<SeatChange>): string {
  const bytes: number[] = [];
  let next = 0;
  for (const { index, status } of seats) {
    if (index < next) throw new RangeError(`seat ${index} cannot follow seat ${next - 1}`);
    let number = ((index - next) << 2) | statusCodes[status];
    for (; number > 0x7f; number >>>= 7) bytes.push((number & 0x7f) | 0x80);
    bytes.push(number);
    next = index + 1;
  }
  return Buffer.from(bytes).toString('base64');
}

/** Throws RangeError if the last number is truncated. */
export function unpackChanges(packed: string): SeatChange[] {
  const seats: SeatChange[] = [];
  let next = 0;
  let number = 0;
  let shift = 0;
  for (const byte of Buffer.from(packed, 'base64')) {
    number |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f) continue;
    const index = next + (number >>> 2);
    seats.push({ index, status: statusOfCode(number & 3) });
    next = index + 1;
    number = 0;
    shift = 0;
  }
  if (shift > 0) throw new RangeError('the changes end within a number');
  return seats;
}
