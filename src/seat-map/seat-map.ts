import type { SeatChange } from '../coordination/coordination.ts';
import type { SeatDigest } from '../store/statements/seat-digest.ts';
import { HeldSeats } from './held-seats.ts';
import type { SeatStates } from './seat-states.ts';
import { type Availability, statusCodes } from './status.ts';

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
  readonly #versions: Int32Array;
  readonly #deadlines: Float64Array;
  readonly #held: HeldSeats;
  /** Seats by public status code. */
  readonly #counts: Int32Array;
  /** Public status codes from before the change under way. */
  readonly #before = new Map<number, number>();

  constructor(states: SeatStates) {
    this.seatCount = states.seats.length;
    this.#stored = new Uint8Array(this.seatCount);
    this.#public = new Uint8Array(this.seatCount);
    this.#versions = new Int32Array(this.seatCount).fill(-1);
    this.#deadlines = new Float64Array(this.seatCount);
    this.#held = new HeldSeats(this.seatCount);
    this.#counts = Int32Array.of(this.seatCount, 0, 0, 0);
    this.replace(states);
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

  /** By index. */
  get versions(): Readonly<Int32Array> {
    return this.#versions;
  }

  get digest(): SeatDigest {
    let versionSum = 0;
    let weightedSum = 0;
    for (const [index, version] of this.#versions.entries()) {
      versionSum += version;
      weightedSum += version * (index + 1);
    }
    return { seatCount: this.seatCount, versionSum, weightedSum };
  }

  /** Reservations of seats, held here or in the store, that were written since this map heard of them. */
  reservationsDiffering({ seats }: SeatStates): string[] {
    const written = seats.filter(({ index, version }) => this.#versions[index] !== version);
    const holders = written.flatMap(({ index, reservationId }) => [
      this.#held.holderOf(index) ?? [],
      reservationId ?? [],
    ]);
    return [...new Set(holders.flat())];
  }

  /** Older and equal versions lose. Gives the indexes whose public status changed. */
  apply(changes: readonly SeatChange[]): number[] {
    return this.#changedBy(() => {
      for (const change of changes) {
        const known = this.#versions[change.index];
        if (known !== undefined && known < change.version) this.#write(change, statusCodes[change.status]);
      }
    });
  }

  /** Puts what the store has in place of everything; what lapsed long enough ago is free. Gives the indexes whose public status changed. */
  replace({ seats, nowMs }: SeatStates): number[] {
    return this.#changedBy(() => {
      for (const seat of seats) {
        const isFree = seat.status === 'RESERVED' && deadlineOf(seat) + COMMITTED_WITHIN_MS <= nowMs;
        this.#write(seat, isFree ? AVAILABLE : statusCodes[seat.status]);
      }
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

  #write(seat: SeatChange, publicCode: number): void {
    this.#stored[seat.index] = statusCodes[seat.status];
    this.#versions[seat.index] = seat.version;
    this.#deadlines[seat.index] = deadlineOf(seat);
    this.#held.set(seat.index, seat.reservationId);
    this.#show(seat.index, publicCode);
  }

  #show(index: number, code: number): void {
    const shown = this.#public[index];
    if (shown === undefined || shown === code) return;
    if (!this.#before.has(index)) this.#before.set(index, shown);
    this.#public[index] = code;
    this.#counts[shown] = (this.#counts[shown] ?? 0) - 1;
    this.#counts[code] = (this.#counts[code] ?? 0) + 1;
  }

  #changedBy(change: () => void): number[] {
    this.#before.clear();
    change();
    return Array.from(this.#before).flatMap(([index, code]) => (this.#public[index] === code ? [] : [index]));
  }
}

function deadlineOf({ expiresAtMs }: SeatChange): number {
  return expiresAtMs ?? 0;
}
