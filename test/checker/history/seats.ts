import type { SeatStatus } from '../../../src/domain/seat.ts';
import type { Deadline, Effect, Step } from './step.ts';

/** `by` is the reservation of a seat that is RESERVED, lapsed or not, or BOOKED. */
interface Content {
  readonly status: SeatStatus;
  readonly by: string | null;
}

const free: Content = { status: 'AVAILABLE', by: null };
const blocked: Content = { status: 'BLOCKED', by: null };

/** A reservation that is neither booked nor cancelled, nor has lost a seat by lapsing. */
interface Hold extends Deadline {
  readonly isFenced: boolean;
  /** Of all of its seats, those not looked at included. */
  readonly seatsLeft: number;
}

/** Some seats of one house as they are from `atMs` on. */
export interface Seats {
  readonly contents: ReadonlyMap<number, Content>;
  readonly holds: ReadonlyMap<string, Hold>;
  readonly atMs: number;
}

export function freeSeats(seats: readonly number[]): Seats {
  return { contents: new Map(seats.map((seat) => [seat, free])), holds: new Map(), atMs: Number.NEGATIVE_INFINITY };
}

/** Tells states apart, but for the moment. */
export function nameOf({ contents, holds }: Seats): string {
  return JSON.stringify([[...contents.values()], [...holds]]);
}

/**
 * The seats after the step, which takes place as early as it can: that leaves most to what follows. Null if it cannot take place
 * any more, as a seat is not what it must be, or the time for it has passed.
 */
export function after(before: Seats, { effect, fromMs, toMs }: Step): Seats | null {
  const draft = new Draft(before, Math.max(before.atMs, fromMs));
  return draft.play(effect, toMs) && draft.atMs <= toMs ? draft.seats() : null;
}

type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

class Draft {
  atMs: number;
  readonly #contents: Map<number, Content>;
  readonly #holds: Map<string, Hold>;

  constructor({ contents, holds }: Seats, atMs: number) {
    this.atMs = atMs;
    this.#contents = new Map(contents);
    this.#holds = new Map(holds);
  }

  seats(): Seats {
    return { contents: this.#contents, holds: this.#holds, atMs: this.atMs };
  }

  /** False if it cannot be. What has to wait for a deadline moves `atMs`, which may be too late then. */
  play(effect: Effect, toMs: number): boolean {
    switch (effect.kind) {
      case 'take':
        return this.#take(effect);
      case 'extend':
        return this.#extend(effect);
      case 'fence':
        return this.#fence(effect, toMs);
      case 'book':
        return this.#book(effect);
      case 'book late':
        return this.#bookLate(effect);
      case 'release':
        return this.#release(effect);
      case 'block':
        return this.#setBlocked(effect.seats, blocked);
      case 'unblock':
        return this.#setBlocked(effect.seats, free);
      case 'see':
        return this.#see(effect.statuses);
      case 'see taken':
        return this.#inScope(effect.seats).every((seat) => ['RESERVED', 'BOOKED'].includes(this.#statusOf(seat)));
      case 'see running':
        return this.#seeRunning(effect);
      case 'see over':
        return this.#seeOver(effect);
    }
  }

  #take({ reservation, seats, until }: EffectOf<'take'>): boolean {
    const areFree = this.#inScope(seats).every((seat) => this.#becomesFree(seat));
    if (!areFree) return false;
    this.#dropLapsed(seats);
    this.#put(seats, { status: 'RESERVED', by: reservation });
    this.#holds.set(reservation, { ...until, isFenced: false, seatsLeft: seats.length });
    return true;
  }

  #extend({ reservation, byMs, until }: EffectOf<'extend'>): boolean {
    const hold = this.#running(reservation);
    if (hold === undefined) return false;
    const moved = { earliestMs: hold.earliestMs + byMs, latestMs: hold.latestMs + byMs };
    if (until !== null && !overlap(moved, until)) return false;
    this.#holds.set(reservation, { ...hold, ...(until ?? moved) });
    return true;
  }

  #fence({ reservation, forMs }: EffectOf<'fence'>, toMs: number): boolean {
    const hold = this.#running(reservation);
    if (hold === undefined) return false;
    if (hold.isFenced) return true;
    const atLatestMs = Math.min(toMs, hold.latestMs);
    this.#holds.set(reservation, {
      ...hold,
      earliestMs: Math.max(hold.earliestMs, this.atMs + forMs),
      latestMs: Math.max(hold.latestMs, atLatestMs + forMs),
      isFenced: true,
    });
    return true;
  }

  #book({ reservation, seats }: EffectOf<'book'>): boolean {
    const hold = this.#running(reservation);
    if (hold === undefined || !hold.isFenced || !this.#holdsExactly(reservation, seats)) return false;
    this.#holds.delete(reservation);
    this.#put(seats, { status: 'BOOKED', by: reservation });
    return true;
  }

  #bookLate({ reservation, seats }: EffectOf<'book late'>): boolean {
    if (!this.#inScope(seats).every((seat) => this.#becomesFree(seat))) return false;
    this.#dropLapsed(seats);
    this.#holds.delete(reservation);
    this.#put(seats, { status: 'BOOKED', by: reservation });
    return true;
  }

  #release({ reservation, seats }: EffectOf<'release'>): boolean {
    const hold = this.#running(reservation);
    const named = this.#inScope(seats ?? this.#seatsHeldBy(reservation));
    if (hold === undefined || !named.every((seat) => this.#isHeldBy(seat, reservation))) return false;
    const seatsLeft = seats === null ? 0 : hold.seatsLeft - seats.length;
    if (seatsLeft > 0) this.#holds.set(reservation, { ...hold, seatsLeft });
    else this.#holds.delete(reservation);
    this.#put(named, free);
    return true;
  }

  #setBlocked(seats: readonly number[], content: Content): boolean {
    const canBe = (seat: number) => this.#contents.get(seat)?.status === 'BLOCKED' || this.#becomesFree(seat);
    if (!this.#inScope(seats).every(canBe)) return false;
    this.#dropLapsed(seats);
    this.#put(seats, content);
    return true;
  }

  #see(statuses: readonly SeatStatus[]): boolean {
    const seen = [...this.#contents.keys()];
    const areFree = seen.every((seat) => statuses[seat] !== 'AVAILABLE' || this.#becomesFree(seat));
    return areFree && seen.every((seat) => statuses[seat] === 'AVAILABLE' || statuses[seat] === this.#statusOf(seat));
  }

  #seeRunning({ reservation, seats, until }: EffectOf<'see running'>): boolean {
    const hold = this.#running(reservation);
    if (hold === undefined || hold.seatsLeft !== seats.length || !overlap(hold, until)) return false;
    this.#holds.set(reservation, { ...hold, ...until });
    return this.#holdsExactly(reservation, seats);
  }

  #seeOver({ reservation, status }: EffectOf<'see over'>): boolean {
    const hold = this.#holds.get(reservation);
    const isBooked = [...this.#contents.values()].some(({ status, by }) => status === 'BOOKED' && by === reservation);
    if (status !== 'EXPIRED') return hold === undefined && (status === 'CONFIRMED' || !isBooked);
    if (hold !== undefined) this.atMs = Math.max(this.atMs, hold.earliestMs);
    return !isBooked;
  }

  /** Waits for its deadline if it is held. False if nothing makes it free but a step. */
  #becomesFree(seat: number): boolean {
    const { status, by } = this.#contents.get(seat) ?? free;
    if (status === 'RESERVED') this.atMs = Math.max(this.atMs, this.#holds.get(by ?? '')?.earliestMs ?? this.atMs);
    return status === 'AVAILABLE' || status === 'RESERVED';
  }

  /** As it must be seen now: a seat that may have lapsed is not seen reserved only if it must have. */
  #statusOf(seat: number): SeatStatus {
    const { status, by } = this.#contents.get(seat) ?? free;
    return status === 'RESERVED' && this.#running(by ?? '') === undefined ? 'AVAILABLE' : status;
  }

  /** Undefined once it is over for certain. */
  #running(reservation: string): Hold | undefined {
    const hold = this.#holds.get(reservation);
    return hold !== undefined && this.atMs < hold.latestMs ? hold : undefined;
  }

  /** Who loses a seat by lapsing runs no more. */
  #dropLapsed(seats: readonly number[]): void {
    for (const seat of seats) this.#holds.delete(this.#contents.get(seat)?.by ?? '');
  }

  #put(seats: readonly number[], content: Content): void {
    for (const seat of this.#inScope(seats)) this.#contents.set(seat, content);
  }

  #isHeldBy(seat: number, reservation: string): boolean {
    const content = this.#contents.get(seat);
    return content?.status === 'RESERVED' && content.by === reservation;
  }

  #seatsHeldBy(reservation: string): number[] {
    return [...this.#contents.keys()].filter((seat) => this.#isHeldBy(seat, reservation));
  }

  #holdsExactly(reservation: string, seats: readonly number[]): boolean {
    return [...this.#contents.keys()].every((seat) => this.#isHeldBy(seat, reservation) === seats.includes(seat));
  }

  #inScope(seats: readonly number[]): readonly number[] {
    return seats.filter((seat) => this.#contents.has(seat));
  }
}

function overlap(one: Deadline, other: Deadline): boolean {
  return one.earliestMs <= other.latestMs && other.earliestMs <= one.latestMs;
}
