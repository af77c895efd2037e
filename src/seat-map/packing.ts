/**
 * The contract's `PackedSeatStatuses`: every seat in two bits, base64. Seat `index` sits in byte `index >> 2`, at bits
 * `(index & 3) * 2`; bits beyond the last seat are 0.
 */
export function packStatuses(codes: Uint8Array): string {
  const bytes = Buffer.alloc(Math.ceil(codes.length / 4));
  for (const [index, code] of codes.entries()) {
    bytes[index >> 2] = (bytes[index >> 2] ?? 0) | (code << ((index & 3) * 2));
  }
  return bytes.toString('base64');
}

/** One status code a seat. Throws RangeError if there are not as many as `seatCount` needs. */
export function unpackStatuses(packed: string, seatCount: number): Uint8Array {
  const bytes = Buffer.from(packed, 'base64');
  if (bytes.length !== Math.ceil(seatCount / 4)) {
    throw new RangeError(`${bytes.length} bytes cannot be the statuses of ${seatCount} seats`);
  }
  return Uint8Array.from({ length: seatCount }, (_, index) => ((bytes[index >> 2] ?? 0) >> ((index & 3) * 2)) & 3);
}
