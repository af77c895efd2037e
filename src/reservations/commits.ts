import type { Coordination, ReservationKey, SeatChange } from '../coordination/coordination.ts';
import type { ReservationRecord } from '../store/records.ts';

/** Where deadlines are kept, so that what lapses is seen to lapse. */
export interface Deadlines {
  /** By the store's clock, in milliseconds since 1970. */
  granted(reservation: ReservationKey, deadlineMs: number): void;
  ended(reservation: ReservationKey): void;
}

/** What a commit changed of one reservation. */
export interface Changed<Reservation = ReservationRecord> {
  readonly reservation: Reservation;
  readonly seats: readonly SeatChange[];
}

type NamedReservation = Pick<ReservationRecord, 'id'>;

/** What is done after a commit, and never before: the gate is brought up to date, and every node is told. */
export class Commits {
  readonly #coordination: Pick<Coordination, 'gate' | 'bus'>;
  readonly #deadlines: Deadlines;

  constructor(coordination: Pick<Coordination, 'gate' | 'bus'>, deadlines: Deadlines) {
    this.#coordination = coordination;
    this.#deadlines = deadlines;
  }

  /** Reservations are new, or run until another moment than before. */
  held(eventId: string, held: readonly Changed[]): void {
    for (const { reservation } of held) {
      const { id, seatIndexes, expiresAtMs, readAtMs } = reservation;
      const claim = { eventId, reservationId: id, seatIndexes };
      this.#deadlines.granted(claim, expiresAtMs);
      void this.#coordination.gate.hold(claim, expiresAtMs - readAtMs);
    }
    this.#tell(eventId, held);
  }

  /** Seats were let go of, and with them those reservations that hold none any more. */
  released(eventId: string, released: readonly Changed[]): void {
    for (const { reservation, seats } of released) {
      const claim = { eventId, reservationId: reservation.id, seatIndexes: seats.map(({ index }) => index) };
      const ended = reservation.status === 'CANCELLED';
      if (ended) this.#deadlines.ended(claim);
      void this.#coordination.gate.release(claim, ended);
    }
    this.#tell(eventId, released);
  }

  /** The seats stay taken, now for good. */
  booked(eventId: string, booked: readonly Changed<NamedReservation>[]): void {
    for (const { reservation } of booked) {
      const claim = { eventId, reservationId: reservation.id, seatIndexes: [] };
      this.#deadlines.ended(claim);
      void this.#coordination.gate.release(claim, true);
    }
    this.#tell(eventId, booked);
  }

  /** Every node, this one included, in one message. */
  #tell(eventId: string, changed: readonly Changed<NamedReservation>[]): void {
    if (changed.length === 0) return;
    void this.#coordination.bus.publish(eventId, {
      seats: changed.flatMap(({ seats }) => seats),
      reservationIds: changed.map(({ reservation }) => reservation.id),
    });
  }
}
