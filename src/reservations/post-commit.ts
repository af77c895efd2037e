import type { Gate, HeldSeats, SeatClaim } from '../coordination/coordination.ts';
import type { Party } from '../coordination/party.ts';
import type { BookingRecord, ReservationKey, ReservationRecord } from '../domain/records.ts';

/** Where deadlines are kept, so that what lapses is seen to lapse. */
export interface Deadlines {
  /** By the store's clock, in milliseconds since 1970. */
  granted(reservation: ReservationKey, deadlineMs: number): void;
  ended(reservation: ReservationKey): void;
}

export interface Held {
  readonly reservation: ReservationRecord;
  /** Of a new reservation. */
  readonly party?: Party;
}

export interface Released {
  readonly reservation: ReservationRecord;
  readonly freedSeatIndexes: readonly number[];
}

export interface PostCommitDependencies {
  readonly gate: Gate;
  readonly heldSeats: HeldSeats;
  readonly deadlines: Deadlines;
}

/** What is done after a commit, and never before: the gate, the counts and the deadlines are brought up to date. */
export class PostCommit {
  readonly #parts: PostCommitDependencies;

  constructor(parts: PostCommitDependencies) {
    this.#parts = parts;
  }

  /** Reservations are new, or run until another moment than before. */
  onReserved(eventId: string, held: readonly Held[]): void {
    for (const { reservation, party } of held) {
      const { id, seatIndexes, expiresAtMs, readAtMs } = reservation;
      const claim = { eventId, reservationId: id, seatIndexes, party: party ?? null };
      this.#parts.deadlines.granted(claim, expiresAtMs);
      void this.#hold(claim, expiresAtMs - readAtMs);
    }
  }

  /** Seats were let go of, and with them those reservations that hold none any more. */
  onReleased(eventId: string, released: readonly Released[]): void {
    for (const { reservation, freedSeatIndexes } of released) {
      const claim = { eventId, reservationId: reservation.id, seatIndexes: freedSeatIndexes };
      const ended = reservation.status === 'CANCELLED';
      if (ended) this.#parts.deadlines.ended(claim);
      void this.#release(claim, claim.seatIndexes, ended);
    }
  }

  /** The seats stay taken, now for good. */
  onBooked(eventId: string, booked: readonly BookingRecord[]): void {
    for (const { reservationId, seatIndexes } of booked) {
      const claim = { eventId, reservationId, seatIndexes };
      this.#parts.deadlines.ended(claim);
      void this.#release(claim, [], true);
    }
  }

  async #hold(claim: SeatClaim, remainingMs: number): Promise<void> {
    const party = await this.#parts.gate.confirm(claim, remainingMs);
    await this.#parts.heldSeats.confirm({ ...claim, party }, remainingMs);
  }

  /** None of the claim's seats counts any more as held; `freed` are those that others may have. */
  async #release(claim: SeatClaim, freed: readonly number[], ended: boolean): Promise<void> {
    const party = await this.#parts.gate.release({ ...claim, seatIndexes: freed }, ended);
    await this.#parts.heldSeats.release({ ...claim, party });
  }
}
