/** Publicly a lapsed seat is AVAILABLE. It is stored as RESERVED until something writes it. */
export type SeatStatus = 'AVAILABLE' | 'RESERVED' | 'BOOKED' | 'BLOCKED';

/** The two bits of each status in the contract's packed formats. */
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

/** All of an event's seats as everyone may see them at one moment, and so of one revision. */
export interface PublicSeats {
  /** Each seat's status by index, as `statusCodes` has it. */
  readonly codes: Uint8Array;
  readonly availability: Availability;
  readonly revision: number;
}

/** Numbers of an event's seats by public status at one moment. They add up to `total`. */
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

/** A seat's public status, and whether the viewer who asks holds it. */
export interface SeatState {
  readonly index: number;
  readonly status: SeatStatus;
  readonly reservedByViewer: boolean;
}

/** Who has a seat that somebody else requested. */
export interface SeatHolder {
  readonly seatIndex: number;
  /** The reservation's id, or the status of a seat without a reservation. */
  readonly holder: string;
  /** How long the holder may have it at most. */
  readonly remainingMs: number;
}
