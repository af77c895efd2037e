import type { Gate, HeldSeats, SeatClaim } from '../coordination/coordination.ts';
import type { Party } from '../coordination/party.ts';
import type { BookingRecord, ReservationKey, ReservationRecord } from '../domain/records.ts';

/** Tracks the deadlines of reservations, so that they end on time. */
export interface Deadlines {
  /** By the store's clock, in milliseconds since 1970. */
  granted(reservation: ReservationKey, deadlineMs: number): void;
  ended(reservation: ReservationKey): void;
}

export interface Held {
  readonly reservation: ReservationRecord;
  /** For a new reservation. */
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

/** Updates the gate, the counts of seats and the deadlines after a commit, and never before it. */
export class PostCommit {
  readonly #parts: PostCommitDependencies;

  constructor(parts: PostCommitDependencies) {
    this.#parts = parts;
  }

  /** Reservations are new, or have another deadline. */
  onReserved(eventId: string, held: readonly Held[]): void {
    for (const { reservation, party } of held) {
      const { id, seatIndexes, expiresAtMs, readAtMs } = reservation;
      const claim = { eventId, reservationId: id, seatIndexes, party: party ?? null };
      this.#parts.deadlines.granted(claim, expiresAtMs);
      void this.#hold(claim, expiresAtMs - readAtMs);
    }
  }

  /** Seats were released. Reservations that hold no more seats have ended. */
  onReleased(eventId: string, released: readonly Released[]): void {
    for (const { reservation, freedSeatIndexes } of released) {
      const claim = { eventId, reservationId: reservation.id, seatIndexes: freedSeatIndexes };
      const ended = reservation.status === 'CANCELLED';
      if (ended) this.#parts.deadlines.ended(claim);
      void this.#release(claim, claim.seatIndexes, ended);
    }
  }

  /** The seats are booked: their claims stay until they expire. */
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

  /** None of the claim's seats counts as held any more. Only those in `freed` are free for others. */
  async #release(claim: SeatClaim, freed: readonly number[], ended: boolean): Promise<void> {
    const party = await this.#parts.gate.release({ ...claim, seatIndexes: freed }, ended);
    await this.#parts.heldSeats.release({ ...claim, party });
  }
}
