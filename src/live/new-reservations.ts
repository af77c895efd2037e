import type { Logger } from 'pino';
import { z } from 'zod';
import type { Bus } from '../coordination/coordination.ts';
import type { CommittedChange } from '../domain/change.ts';
import type { ReservationKey } from '../domain/records.ts';
import { Listeners } from '../listeners.ts';

/** One channel for all events, because the node that serves a viewer may not follow the event of a new reservation. */
const CHANNEL = 'reservations';

export interface NewReservation extends ReservationKey {
  readonly viewerId: string;
}

export interface NewReservationsListener {
  onNew(reservation: NewReservation): void;
  /** Reservations may have been missed. */
  onGap(): void;
}

const message = z.array(z.object({ viewerId: z.string(), eventId: z.string(), reservationId: z.string() }));

export interface NewReservationsParts {
  readonly committed: Listeners<CommittedChange>;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** Announces reservations that are new to their viewers to all nodes. Later changes of a reservation are announced on its event's channel. */
export class NewReservations implements Disposable {
  readonly #parts: NewReservationsParts;
  readonly #made = new Listeners<NewReservation>();
  readonly #stop: () => void;

  constructor(parts: NewReservationsParts) {
    this.#parts = parts;
    this.#stop = parts.committed.add((change) => this.#announce(change));
  }

  async listen({ onNew, onGap }: NewReservationsListener): Promise<AsyncDisposable> {
    const stop = this.#made.add(onNew);
    const subscription = await this.#parts.bus.subscribe(CHANNEL, {
      onMessage: (text) => {
        for (const reservation of this.#decode(text)) onNew(reservation);
      },
      onGap,
    });
    return {
      [Symbol.asyncDispose]: async () => {
        stop();
        await subscription[Symbol.asyncDispose]();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #announce({ eventId, change }: CommittedChange): void {
    const made = change.facts.flatMap((fact) => {
      const isNew = fact.kind === 'reservation-created' || (fact.kind === 'reservation-transferred' && fact.isRunning);
      return isNew ? [{ viewerId: fact.actor, eventId, reservationId: fact.reservationId }] : [];
    });
    if (made.length === 0) return;
    for (const reservation of made) this.#made.tell(reservation);
    this.#parts.bus.publish(CHANNEL, JSON.stringify(made));
  }

  #decode(text: string): readonly NewReservation[] {
    try {
      return message.parse(JSON.parse(text));
    } catch (err) {
      this.#parts.logger.debug({ err }, 'ignored an unreadable message');
      return [];
    }
  }
}
