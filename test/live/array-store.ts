import type { LoggedChange } from '../../src/domain/change.ts';
import { CHANGE_VERSION, type Fact } from '../../src/domain/change.ts';
import type { EventState, StoredSeat } from '../../src/domain/event-state.ts';
import type { EventRecord } from '../../src/domain/records.ts';
import type { SeatStatus } from '../../src/domain/seat.ts';

interface Shown {
  readonly atMs: number;
  readonly status: SeatStatus;
}

const actor = 'viewer';
const available: StoredSeat = { status: 'AVAILABLE', reservationId: null, expiresAtMs: null };

/** Oracle for maps: one event's seats and log in arrays, by the rules of DESIGN §3 and §4. */
export class ArrayStore {
  readonly eventId = 'event';
  #event: EventRecord;
  readonly #now: () => number;
  readonly #seats: StoredSeat[];
  readonly #log: LoggedChange[] = [];
  readonly #active = new Map<string, number>();
  /** Public statuses of each seat, in order. */
  readonly #history: Shown[][];
  /** The first revision that is still in the log. */
  firstKept = 1;
  reads = 0;
  loads = 0;
  logReads = 0;
  looks = 0;

  /** @param now milliseconds since 1970 by the store's clock */
  constructor(seatCount: number, now: () => number) {
    this.#now = now;
    this.#event = {
      id: this.eventId,
      name: 'An evening',
      venue: 'A house',
      startsAtMs: this.nowMs + 30 * 24 * 3_600_000,
      timeZone: 'UTC',
      currency: 'EUR',
      salesStatus: 'ON_SALE',
      contentDigest: '',
      reservationSeconds: 600,
    };
    this.#seats = Array.from({ length: seatCount }, () => available);
    this.#history = this.#seats.map(() => [{ atMs: Number.NEGATIVE_INFINITY, status: 'AVAILABLE' }]);
    this.#commit({ kind: 'event-created', actor, blockedSeatIndexes: [] }, available);
  }

  get nowMs(): number {
    return Math.floor(this.#now());
  }

  get revision(): number {
    return this.#log.length;
  }

  readonly load = async (eventId: string): Promise<EventState | null> => {
    this.loads += 1;
    if (eventId !== this.eventId) return null;
    return { event: this.#event, revision: this.revision, seats: [...this.#seats], nowMs: this.nowMs };
  };

  readonly readChanges = async (
    _eventId: string,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<LoggedChange[]> => {
    this.logReads += 1;
    return this.#log.slice(Math.max(after, this.firstKept - 1)).slice(0, limit);
  };

  readonly readReservationIds = async (_eventId: string, limit: number): Promise<Uint32Array> => {
    this.reads += 1;
    const made = this.#log.flatMap(({ change }) => change.facts.filter(({ kind }) => kind === 'reservation-created'));
    const ids = made.flatMap((fact) => ('reservationId' in fact ? fact.reservationId : []));
    return Uint32Array.from(ids.slice(0, limit), (id) => Number.parseInt(id.slice(0, 8), 16));
  };

  readonly readRevisions = async (eventIds: readonly string[]): Promise<Map<string, number>> => {
    this.looks += 1;
    return new Map(eventIds.includes(this.eventId) ? [[this.eventId, this.revision]] : []);
  };

  /** Public statuses at this moment. */
  statuses(): SeatStatus[] {
    return this.#seats.map((row) => (isFree(row, this.nowMs) ? 'AVAILABLE' : row.status));
  }

  /** All public statuses until now, including lapses. */
  history(index: number): readonly Shown[] {
    const shown = this.#history[index] ?? [];
    const row = this.#row(index);
    const isLapsed = row.status === 'RESERVED' && isFree(row, this.nowMs);
    return isLapsed ? [...shown, { atMs: row.expiresAtMs ?? 0, status: 'AVAILABLE' }] : shown;
  }

  /** All or nothing. Like the other operations, returns null if nothing changed. */
  reserve(reservationId: string, seatIndexes: readonly number[], forMs: number): LoggedChange | null {
    if (!seatIndexes.every((index) => isFree(this.#row(index), this.nowMs))) return null;
    const expiresAtMs = this.nowMs + forMs;
    this.#active.set(reservationId, expiresAtMs);
    const fact = {
      kind: 'reservation-created',
      actor,
      reservationId,
      seatIndexes: ascending(seatIndexes),
      expiresAtMs,
    } as const;
    return this.#commit(fact, { status: 'RESERVED', reservationId, expiresAtMs });
  }

  extend(reservationId: string, byMs: number): LoggedChange | null {
    const deadlineMs = this.#runningUntil(reservationId);
    if (deadlineMs === undefined) return null;
    const expiresAtMs = deadlineMs + byMs;
    this.#active.set(reservationId, expiresAtMs);
    const seatIndexes = this.#held(reservationId);
    const fact = { kind: 'reservation-extended', actor, reservationId, seatIndexes, expiresAtMs } as const;
    return this.#commit(fact, { status: 'RESERVED', reservationId, expiresAtMs });
  }

  cancel(reservationId: string): LoggedChange | null {
    if (this.#runningUntil(reservationId) === undefined) return null;
    this.#active.delete(reservationId);
    const seatIndexes = this.#held(reservationId);
    return this.#commit({ kind: 'reservation-cancelled', actor, reservationId, seatIndexes, isOver: true }, available);
  }

  book(reservationId: string): LoggedChange | null {
    if (this.#runningUntil(reservationId) === undefined) return null;
    this.#active.delete(reservationId);
    const seatIndexes = this.#held(reservationId);
    const fact = {
      kind: 'booking-confirmed',
      actor,
      reservationId,
      bookingId: `of ${reservationId}`,
      seatIndexes,
    } as const;
    return this.#commit(fact, { ...available, status: 'BOOKED' });
  }

  block(seatIndexes: readonly number[]): LoggedChange | null {
    const free = seatIndexes.filter((index) => isFree(this.#row(index), this.nowMs));
    if (free.length === 0) return null;
    return this.#commit(
      { kind: 'seats-blocked', actor, seatIndexes: ascending(free) },
      { ...available, status: 'BLOCKED' },
    );
  }

  unblock(seatIndexes: readonly number[]): LoggedChange | null {
    const blocked = seatIndexes.filter((index) => this.#row(index).status === 'BLOCKED');
    if (blocked.length === 0) return null;
    return this.#commit({ kind: 'seats-unblocked', actor, seatIndexes: ascending(blocked) }, available);
  }

  setSalesStatus(salesStatus: 'ON_SALE' | 'PAUSED'): LoggedChange {
    this.#event = { ...this.#event, salesStatus };
    return this.#commit({ kind: 'sales-status-changed', actor, salesStatus }, available);
  }

  /** Expires those that are overdue, with one fact for each. */
  expire(reservationIds: readonly string[]): { readonly ended: string[]; readonly change: LoggedChange | null } {
    const ended = reservationIds.filter((id) => (this.#active.get(id) ?? Number.POSITIVE_INFINITY) <= this.nowMs);
    const facts = ended.map((reservationId) => {
      const seatIndexes = this.#held(reservationId);
      return { kind: 'reservation-expired', actor: 'system', reservationId, seatIndexes } as const;
    });
    for (const id of ended) this.#active.delete(id);
    if (facts.length === 0) return { ended, change: null };
    for (const { seatIndexes } of facts) this.#write(seatIndexes, available);
    return { ended, change: this.#append(facts) };
  }

  #row(index: number): StoredSeat {
    const row = this.#seats[index];
    if (row === undefined) throw new RangeError(`no seat ${index}`);
    return row;
  }

  #held(reservationId: string): number[] {
    return this.#seats.flatMap((row, index) => (row.reservationId === reservationId ? [index] : []));
  }

  #runningUntil(reservationId: string): number | undefined {
    const deadlineMs = this.#active.get(reservationId);
    return deadlineMs !== undefined && deadlineMs > this.nowMs ? deadlineMs : undefined;
  }

  #commit(fact: Fact, seat: StoredSeat): LoggedChange {
    if ('seatIndexes' in fact) this.#write(fact.seatIndexes, seat);
    return this.#append([fact]);
  }

  #append(facts: readonly Fact[]): LoggedChange {
    const logged = {
      revision: this.revision + 1,
      atMs: this.nowMs,
      change: { version: CHANGE_VERSION, facts },
    } as const;
    this.#log.push(logged);
    return logged;
  }

  #write(indexes: readonly number[], seat: StoredSeat): void {
    for (const index of indexes) {
      this.#history[index] = [...this.history(index), { atMs: this.nowMs, status: seat.status }];
      this.#seats[index] = seat;
    }
  }
}

function isFree({ status, expiresAtMs }: StoredSeat, nowMs: number): boolean {
  return status === 'AVAILABLE' || (status === 'RESERVED' && (expiresAtMs ?? 0) <= nowMs);
}

function ascending(indexes: readonly number[]): number[] {
  return [...new Set(indexes)].sort((one, other) => one - other);
}
