import { z } from 'zod';
import type { Bus, ReservationKey } from '../coordination/coordination.ts';
import type { ReservationRecord } from '../store/records.ts';

/** One for all events, in the place of an event's: whose reservation it is may be looking at none, on another node. */
const CHANNEL = 'reservations';

export interface NewReservation extends ReservationKey {
  readonly viewerId: string;
}

export interface NewReservationsListener {
  onNew(reservation: NewReservation): void;
  /** Some may have been missed. */
  onGap(): void;
}

const message = z.tuple([z.string(), z.string(), z.string()]);

/** Nodes tell each other of reservations as they are made. What happens to one afterwards is told on its event's channel. */
export class NewReservations {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** In one message. */
  announce(reservations: readonly ReservationRecord[]): void {
    if (reservations.length === 0) return;
    const reservationIds = reservations.map(({ viewerId, eventId, id }) => JSON.stringify([viewerId, eventId, id]));
    void this.#bus.publish(CHANNEL, { seats: [], reservationIds });
  }

  listen({ onNew, onGap }: NewReservationsListener): Promise<AsyncDisposable> {
    return this.#bus.subscribe(CHANNEL, {
      onChange({ reservationIds }) {
        for (const text of reservationIds) {
          const [viewerId, eventId, reservationId] = message.parse(JSON.parse(text));
          onNew({ viewerId, eventId, reservationId });
        }
      },
      onGap,
    });
  }
}
