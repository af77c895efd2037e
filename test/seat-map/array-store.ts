import type { EventChange, SeatChange, StoredSeatStatus } from '../../src/coordination/coordination.ts';
import type { SeatStates } from '../../src/seat-map/seat-states.ts';
import type { SeatStatus } from '../../src/seat-map/status.ts';
import type { SeatDigest } from '../../src/store/statements/seat-digest.ts';

interface Shown {
  readonly atMs: number;
  readonly status: SeatStatus;
}

/** One event's seats in an array, kept by the rules of DESIGN §3: what maps are compared with. */
export class ArrayStore {
  readonly eventId = 'event';
  readonly #now: () => number;
  readonly #seats: SeatChange[];
  readonly #active = new Map<string, number>();
  /** Each seat's public statuses, one after the other. */
  readonly #history: Shown[][];
  /** Whatever was ever reserved. */
  readonly #reservationIds: string[] = [];
  loads = 0;
  reads = 0;

  /** `now` gives milliseconds since 1970 by the store's clock. */
  constructor(seatCount: number, now: () => number) {
    this.#now = now;
    this.#seats = Array.from({ length: seatCount }, (_, index) => seat(index, 'AVAILABLE', 1));
    this.#history = this.#seats.map(() => [{ atMs: Number.NEGATIVE_INFINITY, status: 'AVAILABLE' }]);
  }

  get nowMs(): number {
    return Math.floor(this.#now());
  }

  readonly load = async (eventId: string): Promise<SeatStates | null> => {
    this.loads += 1;
    return eventId === this.eventId ? { seats: [...this.#seats], nowMs: this.nowMs } : null;
  };

  readonly readReservationIds = async (_eventId: string, limit: number): Promise<Uint32Array> => {
    this.reads += 1;
    return Uint32Array.from(this.#reservationIds.slice(0, limit), (id) => Number.parseInt(id.slice(0, 8), 16));
  };

  get versions(): Int32Array {
    return Int32Array.from(this.#seats, ({ version }) => version);
  }

  get digest(): SeatDigest {
    const versions = [...this.versions];
    return {
      seatCount: versions.length,
      versionSum: versions.reduce((sum, version) => sum + version, 0),
      weightedSum: versions.reduce((sum, version, index) => sum + version * (index + 1), 0),
    };
  }

  /** As everyone may see it at this moment. */
  statuses(): SeatStatus[] {
    return this.#seats.map((row) => (this.#isFree(row) ? 'AVAILABLE' : row.status));
  }

  /** From the earliest to now, lapses included. */
  history(index: number): readonly Shown[] {
    const shown = this.#history[index] ?? [];
    const row = this.#row(index);
    return this.#isLapsed(row) ? [...shown, { atMs: row.expiresAtMs ?? 0, status: 'AVAILABLE' }] : shown;
  }

  /** All or nothing. */
  reserve(reservationId: string, indexes: readonly number[], forMs: number): EventChange {
    if (!indexes.every((index) => this.#isFree(this.#row(index)))) return nothing;
    const expiresAtMs = this.nowMs + forMs;
    this.#active.set(reservationId, expiresAtMs);
    this.#reservationIds.push(reservationId);
    return this.#write(indexes, [reservationId], 'RESERVED', { reservationId, expiresAtMs });
  }

  extend(reservationId: string, byMs: number): EventChange {
    const deadlineMs = this.#runningUntil(reservationId);
    if (deadlineMs === undefined) return nothing;
    const expiresAtMs = deadlineMs + byMs;
    this.#active.set(reservationId, expiresAtMs);
    return this.#write(this.#held(reservationId), [reservationId], 'RESERVED', { reservationId, expiresAtMs });
  }

  end(reservationId: string, status: 'AVAILABLE' | 'BOOKED'): EventChange {
    if (this.#runningUntil(reservationId) === undefined) return nothing;
    const held = this.#held(reservationId);
    this.#active.delete(reservationId);
    return this.#write(held, [reservationId], status);
  }

  block(indexes: readonly number[]): EventChange {
    return this.#write(
      indexes.filter((index) => this.#isFree(this.#row(index))),
      [],
      'BLOCKED',
    );
  }

  unblock(indexes: readonly number[]): EventChange {
    return this.#write(
      indexes.filter((index) => this.#row(index).status === 'BLOCKED'),
      [],
      'AVAILABLE',
    );
  }

  readonly expire = async (_eventId: string, reservationIds: readonly string[]): Promise<EventChange> => {
    const overdue = reservationIds.filter((id) => (this.#active.get(id) ?? Number.POSITIVE_INFINITY) <= this.nowMs);
    const lapsed = overdue.flatMap((id) => this.#held(id));
    for (const id of overdue) this.#active.delete(id);
    return this.#write(lapsed, overdue, 'AVAILABLE');
  };

  #row(index: number): SeatChange {
    const row = this.#seats[index];
    if (row === undefined) throw new RangeError(`no seat ${index}`);
    return row;
  }

  #held(reservationId: string): number[] {
    return this.#seats.filter((row) => row.reservationId === reservationId).map((row) => row.index);
  }

  #runningUntil(reservationId: string): number | undefined {
    const deadlineMs = this.#active.get(reservationId);
    return deadlineMs !== undefined && deadlineMs > this.nowMs ? deadlineMs : undefined;
  }

  #isLapsed(row: SeatChange): boolean {
    return row.status === 'RESERVED' && (row.expiresAtMs ?? 0) <= this.nowMs;
  }

  #isFree(row: SeatChange): boolean {
    return row.status === 'AVAILABLE' || this.#isLapsed(row);
  }

  #write(
    indexes: readonly number[],
    reservationIds: readonly string[],
    status: StoredSeatStatus,
    held: Partial<SeatChange> = {},
  ): EventChange {
    const seats = indexes.map((index) => {
      const row = { ...seat(index, status, this.#row(index).version + 1), ...held };
      this.#history[index] = [...this.history(index), { atMs: this.nowMs, status }];
      this.#seats[index] = row;
      return row;
    });
    return { seats, reservationIds };
  }
}

const nothing: EventChange = { seats: [], reservationIds: [] };

function seat(index: number, status: StoredSeatStatus, version: number): SeatChange {
  return { index, status, version, reservationId: null, expiresAtMs: null };
}
