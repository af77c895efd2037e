import type { Fact, LoggedChange } from '../domain/change.ts';
import type { SeatsState, StoredSeat } from '../domain/event-state.ts';
import { type Availability, statusCodes } from '../domain/seat.ts';

const { AVAILABLE, RESERVED, BOOKED, BLOCKED } = statusCodes;

/** A change that was judged before a deadline, and has moved it, may be committed this long after it. */
const COMMITTED_WITHIN_MS = 1_000;

/**
 * The statuses of one event's seats, as stored and as everyone may see them. A seat that is RESERVED stays so for the public
 * until the store has it otherwise: a deadline that is past may have been moved elsewhere.
 */
export class SeatMap {
  readonly seatCount: number;
  readonly #stored: Uint8Array;
  readonly #public: Uint8Array;
  readonly #deadlines: Float64Array;
  /** By index: the revision that changed the seat last, or that at which it was loaded. */
  readonly #changedAt: Int32Array;
  readonly #held: HeldSeats;
  /** Seats by public status code. */
  readonly #counts: Int32Array;
  #revision = -1;
  /** Since this revision it is known which seats have changed. */
  #knownSince = 0;

  constructor(state: SeatsState) {
    this.seatCount = state.seats.length;
    this.#stored = new Uint8Array(this.seatCount);
    this.#public = new Uint8Array(this.seatCount);
    this.#deadlines = new Float64Array(this.seatCount);
    this.#changedAt = new Int32Array(this.seatCount);
    this.#held = new HeldSeats(this.seatCount);
    this.#counts = Int32Array.of(this.seatCount, 0, 0, 0);
    this.reset(state);
  }

  /** Of the last change in it. */
  get revision(): number {
    return this.#revision;
  }

  /** Public status codes by index. */
  get statuses(): Readonly<Uint8Array> {
    return this.#public;
  }

  /** Of reservations that hold seats here, over or not. */
  get reservationIds(): string[] {
    return this.#held.reservationIds;
  }

  get availability(): Availability {
    const [available = 0, reserved = 0, booked = 0, blocked = 0] = this.#counts;
    return { total: this.seatCount, available, reserved, booked, blocked };
  }

  /**
   * Indexes of the seats that somebody who has the map of that revision may have otherwise, in their order. Undefined when that is not
   * known: the map was loaded later, or is not there yet.
   */
  changedSince(revision: number): number[] | undefined {
    if (revision < this.#knownSince || revision > this.#revision) return undefined;
    const indexes: number[] = [];
    for (let index = 0; index < this.seatCount; index += 1) {
      const isLapsed = this.#stored[index] !== this.#public[index];
      if (isLapsed || (this.#changedAt[index] ?? 0) > revision) indexes.push(index);
    }
    return indexes;
  }

  /** The next change. Gives the indexes of the seats it is about. */
  apply({ revision, change }: LoggedChange): number[] {
    this.#revision = revision;
    return change.facts.flatMap((fact) => {
      const indexes = seatIndexesOf(fact);
      const seat = seatAfter(fact);
      for (const index of indexes) this.#write(index, seat, statusCodes[seat.status]);
      return indexes;
    });
  }

  /** Puts what the store has in place of everything; what lapsed long enough ago is free. Gives the indexes whose public status changed. */
  reset({ revision, seats, nowMs }: SeatsState): number[] {
    // Whoever has the map of before, at whichever revision, may have seats that were wrong.
    this.#knownSince = this.#revision === -1 ? revision : Math.max(this.#revision, revision) + 1;
    this.#revision = revision;
    const changed: number[] = [];
    for (const [index, seat] of seats.entries()) {
      const before = this.#public[index];
      const isFree = seat.status === 'RESERVED' && deadlineOf(seat) + COMMITTED_WITHIN_MS <= nowMs;
      this.#write(index, seat, isFree ? AVAILABLE : statusCodes[seat.status]);
      if (this.#public[index] !== before) changed.push(index);
    }
    return changed;
  }

  /** Indexes of the seats that the store has otherwise, of the same revision. */
  differencesFrom({ seats }: SeatsState): number[] {
    return seats.flatMap((seat, index) => {
      const isSame =
        this.#stored[index] === statusCodes[seat.status] &&
        this.#deadlines[index] === deadlineOf(seat) &&
        this.#held.holderOf(index) === seat.reservationId;
      return isSame ? [] : [index];
    });
  }

  /** The latest of the reservation's seats; undefined if it holds none. */
  deadlineOf(reservationId: string): number | undefined {
    const deadlines = Array.from(this.#held.of(reservationId), (index) => this.#deadlines[index] ?? 0);
    return deadlines.length === 0 ? undefined : Math.max(...deadlines);
  }

  /** True only for seats that cannot be reserved at `nowMs`. */
  isTaken(index: number, nowMs: number): boolean {
    const stored = this.#stored[index];
    if (stored === RESERVED) return (this.#deadlines[index] ?? 0) > nowMs;
    return stored === BOOKED || stored === BLOCKED;
  }

  #write(index: number, seat: StoredSeat, publicCode: number): void {
    this.#stored[index] = statusCodes[seat.status];
    this.#deadlines[index] = deadlineOf(seat);
    this.#changedAt[index] = this.#revision;
    this.#held.set(index, seat.reservationId);
    this.#show(index, publicCode);
  }

  #show(index: number, code: number): void {
    const shown = this.#public[index];
    if (shown === undefined || shown === code) return;
    this.#public[index] = code;
    this.#counts[shown] = (this.#counts[shown] ?? 0) - 1;
    this.#counts[code] = (this.#counts[code] ?? 0) + 1;
  }
}

function deadlineOf({ expiresAtMs }: StoredSeat): number {
  return expiresAtMs ?? 0;
}

const available: StoredSeat = { status: 'AVAILABLE', reservationId: null, expiresAtMs: null };

function seatIndexesOf(fact: Fact): readonly number[] {
  switch (fact.kind) {
    case 'sales-status-changed':
      return [];
    case 'event-created':
      return fact.blockedSeatIndexes;
    default:
      return fact.seatIndexes;
  }
}

/** What a fact makes of the seats it is about. */
function seatAfter(fact: Fact): StoredSeat {
  switch (fact.kind) {
    case 'reservation-created':
    case 'reservation-extended': {
      const { reservationId, expiresAtMs } = fact;
      return { status: 'RESERVED', reservationId, expiresAtMs };
    }
    case 'booking-confirmed':
      return { ...available, status: 'BOOKED' };
    case 'event-created':
    case 'seats-blocked':
      return { ...available, status: 'BLOCKED' };
    case 'seats-unblocked':
    case 'reservation-cancelled':
    case 'reservation-expired':
    case 'sales-status-changed':
      return available;
  }
}

/** Which seats each reservation holds. */
class HeldSeats {
  readonly #holders: (string | null)[];
  readonly #seats = new Map<string, Set<number>>();

  constructor(seatCount: number) {
    this.#holders = new Array<string | null>(seatCount).fill(null);
  }

  /** Of reservations that hold a seat. */
  get reservationIds(): string[] {
    return [...this.#seats.keys()];
  }

  holderOf(index: number): string | null {
    return this.#holders[index] ?? null;
  }

  of(reservationId: string): ReadonlySet<number> {
    return this.#seats.get(reservationId) ?? new Set();
  }

  set(index: number, reservationId: string | null): void {
    const before = this.holderOf(index);
    if (before === reservationId) return;
    if (before !== null) this.#remove(index, before);
    if (reservationId !== null) this.#add(index, reservationId);
    this.#holders[index] = reservationId;
  }

  #add(index: number, reservationId: string): void {
    const seats = this.#seats.get(reservationId) ?? new Set();
    this.#seats.set(reservationId, seats.add(index));
  }

  #remove(index: number, reservationId: string): void {
    const seats = this.#seats.get(reservationId);
    seats?.delete(index);
    if (seats?.size === 0) this.#seats.delete(reservationId);
  }
}
