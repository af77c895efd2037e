import type { StoredSeatStatus } from '../coordination/coordination.ts';

/** As everyone may see it: a lapsed seat is AVAILABLE. */
export type SeatStatus = StoredSeatStatus;

/** The contract's two bits. */
export const statusCodes = { AVAILABLE: 0, RESERVED: 1, BOOKED: 2, BLOCKED: 3 } as const satisfies Record<
  SeatStatus,
  number
>;

const statuses = Object.keys(statusCodes) as SeatStatus[];

export function statusOfCode(code: number | undefined): SeatStatus {
  const status = code === undefined ? undefined : statuses[code];
  if (status === undefined) throw new RangeError(`${code} is no status of a seat`);
  return status;
}

/** Counts at one moment; they always add up to `total`. */
export interface Availability {
  readonly total: number;
  readonly available: number;
  readonly reserved: number;
  readonly booked: number;
  readonly blocked: number;
}

export function sameAvailability(one: Availability, other: Availability): boolean {
  return (
    one.total === other.total &&
    one.available === other.available &&
    one.reserved === other.reserved &&
    one.booked === other.booked &&
    one.blocked === other.blocked
  );
}
