import type { Fact, LoggedChange } from '../domain/change.ts';
import type { SeatsState, StoredSeat } from '../domain/event-state.ts';
import { type Availability, type PublicSeats, statusCodes } from '../domain/seat.ts';

const { AVAILABLE, RESERVED, BOOKED, BLOCKED } = statusCodes;

/** A change that was checked before a deadline, and moves it, may be committed this long after the deadline. */
const COMMITTED_WITHIN_MS = 1_000;

/**
 * The stored and the public statuses of an event's seats. Publicly a RESERVED seat stays RESERVED until a change says otherwise: a
 * deadline that has passed may have been moved by another node.
 */
export class SeatMap {
  readonly seatCount: number;
  readonly #stored: Uint8Array;
  readonly #public: Uint8Array;
  readonly #deadlines: Float64Array;
  /** By index: the revision of the seat's last change, or that at which it was loaded. */
  readonly #changedAt: Int32Array;
  readonly #held: HeldSeats;
  /** Seats by public status code. */
  readonly #counts: Int32Array;
  #revision = -1;
  /** Public statuses and counts at this revision, computed on demand. */
  #shown: (PublicSeats & { readonly untilMs: number }) | undefined;
  /** First revision since which changed seats are known. */
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

  /** Of the last change that was applied. */
  get revision(): number {
    return this.#revision;
  }

  /** Public status codes by index. */
  get statuses(): Readonly<Uint8Array> {
    return this.#public;
  }

  /** Ids of reservations that hold seats, lapsed or not. */
  get reservationIds(): string[] {
    return this.#held.reservationIds;
  }

  get availability(): Availability {
    const [available = 0, reserved = 0, booked = 0, blocked = 0] = this.#counts;
    return { total: this.seatCount, available, reserved, booked, blocked };
  }

  /**
   * What everyone may see at `nowMs`, the same object until it changes. Undefined while a hold is past its deadline and no change has
   * ended it: another node may have extended it.
   */
  shownAt(nowMs: number): PublicSeats | undefined {
    this.#shown ??= {
      codes: Uint8Array.from(this.#public),
      availability: this.availability,
      revision: this.#revision,
      untilMs: this.#firstDeadlineMs(),
    };
    return nowMs < this.#shown.untilMs ? this.#shown : undefined;
  }

  /**
   * Indexes of the seats that may differ from a map at that revision, ascending. Undefined if that is not known: this map was loaded
   * later, or has not reached the revision.
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

  /** Applies the next change. Returns the indexes of its seats. */
  apply({ revision, change }: LoggedChange): number[] {
    this.#revision = revision;
    this.#shown = undefined;
    return change.facts.flatMap((fact) => {
      const indexes = seatIndexesOf(fact);
      const seat = seatAfter(fact);
      for (const index of indexes) this.#write(index, seat, statusCodes[seat.status]);
      return indexes;
    });
  }

  /** Replaces everything by the stored state. Seats that lapsed long enough ago become free. Returns the indexes whose public status changed. */
  reset({ revision, seats, nowMs }: SeatsState): number[] {
    // Maps at earlier revisions may contain wrong seats.
    this.#knownSince = this.#revision === -1 ? revision : Math.max(this.#revision, revision) + 1;
    this.#revision = revision;
    this.#shown = undefined;
    const changed: number[] = [];
    for (const [index, seat] of seats.entries()) {
      const before = this.#public[index];
      const isFree = seat.status === 'RESERVED' && deadlineOf(seat) + COMMITTED_WITHIN_MS <= nowMs;
      this.#write(index, seat, isFree ? AVAILABLE : statusCodes[seat.status]);
      if (this.#public[index] !== before) changed.push(index);
    }
    return changed;
  }

  /** Indexes of the seats that differ from the stored state of the same revision. */
  differencesFrom({ seats }: SeatsState): number[] {
    return seats.flatMap((seat, index) => {
      const isSame =
        this.#stored[index] === statusCodes[seat.status] &&
        this.#deadlines[index] === deadlineOf(seat) &&
        this.#held.holderOf(index) === seat.reservationId;
      return isSame ? [] : [index];
    });
  }

  /** The latest deadline of the reservation's seats; undefined if it holds none. */
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

  /** Infinity if no seat is held. */
  #firstDeadlineMs(): number {
    let first = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.seatCount; index += 1) {
      if (this.#public[index] === RESERVED) first = Math.min(first, this.#deadlines[index] ?? 0);
    }
    return first;
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
    case 'reservation-transferred':
      return [];
    case 'event-created':
      return fact.blockedSeatIndexes;
    default:
      return fact.seatIndexes;
  }
}

/** The state of a fact's seats after it. */
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
    case 'reservation-transferred':
      return available;
  }
}

/** The seats of each reservation. */
class HeldSeats {
  readonly #holders: (string | null)[];
  readonly #seats = new Map<string, Set<number>>();

  constructor(seatCount: number) {
    this.#holders = new Array<string | null>(seatCount).fill(null);
  }

  /** Ids of reservations that hold a seat. */
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
