/** As everyone may see it, a lapsed seat is AVAILABLE; as it is stored, it is RESERVED until something is written. */
export type SeatStatus = 'AVAILABLE' | 'RESERVED' | 'BOOKED' | 'BLOCKED';

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

/** How many seats an event has of each public status at one moment; they always add up to `total`. */
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

/** A seat's status as everyone may see it, and whether the viewer who asks holds it. */
export interface SeatState {
  readonly index: number;
  readonly status: SeatStatus;
  readonly reservedByViewer: boolean;
}

/** Who has a seat that somebody else asked for. */
export interface SeatHolder {
  readonly seatIndex: number;
  /** Anything that tells holders apart: the reservation's id, or the status of a seat that has none. */
  readonly holder: string;
  /** How long the holder has it for at most. */
  readonly remainingMs: number;
}
