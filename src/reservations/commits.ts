import type { Coordination, ReservationKey, SeatChange } from '../coordination/coordination.ts';
import type { ReservationRecord } from '../store/records.ts';

/** Where deadlines are kept, so that what lapses is seen to lapse. */
export interface Deadlines {
  /** By the store's clock, in milliseconds since 1970. */
  granted(reservation: ReservationKey, deadlineMs: number): void;
  ended(reservation: ReservationKey): void;
}

/** What is done after a commit, and never before: the gate is brought up to date, and every node is told. */
export class Commits {
  readonly #coordination: Pick<Coordination, 'gate' | 'bus'>;
  readonly #deadlines: Deadlines;

  constructor(coordination: Pick<Coordination, 'gate' | 'bus'>, deadlines: Deadlines) {
    this.#coordination = coordination;
    this.#deadlines = deadlines;
  }

  /** A reservation is new, or runs until another moment than before. */
  held(reservation: ReservationRecord, seats: readonly SeatChange[]): void {
    const { eventId, id, seatIndexes, expiresAtMs, readAtMs } = reservation;
    this.#deadlines.granted({ eventId, reservationId: id }, expiresAtMs);
    void this.#coordination.gate.hold({ eventId, reservationId: id, seatIndexes }, expiresAtMs - readAtMs);
    this.changed(eventId, id, seats);
  }

  /** Seats were let go of, and the reservation with them if it has `ended`. */
  released(reservation: ReservationRecord, seats: readonly SeatChange[], ended: boolean): void {
    const { eventId, id } = reservation;
    const claim = { eventId, reservationId: id, seatIndexes: seats.map(({ index }) => index) };
    if (ended) this.#deadlines.ended(claim);
    void this.#coordination.gate.release(claim, ended);
    this.changed(eventId, id, seats);
  }

  /** The seats stay taken, now for good. */
  booked(eventId: string, reservationId: string, seats: readonly SeatChange[]): void {
    this.#deadlines.ended({ eventId, reservationId });
    void this.#coordination.gate.release({ eventId, reservationId, seatIndexes: [] }, true);
    this.changed(eventId, reservationId, seats);
  }

  /** Tells every node, this one included. */
  changed(eventId: string, reservationId: string, seats: readonly SeatChange[]): void {
    void this.#coordination.bus.publish(eventId, { seats, reservationIds: [reservationId] });
  }
}
