import type { ReservationKey } from '../domain/records.ts';
import type { Session } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { findReservations } from '../store/queries/reservations.ts';

/** What this node knows about seats without a request to Redis or the store. It is used to refuse only. */
export interface SeatMaps {
  /** Undefined if nothing is known about the event. */
  get(eventId: string): KnownSeats | undefined;
  /** Starts to load what there is to know about the event. */
  prewarm(eventId: string): void;
}

interface KnownSeats {
  isTaken(seatIndex: number): boolean;
  /** False only if the event has never had the reservation. */
  mayHaveHad(reservationId: string): boolean | Promise<boolean>;
}

/** Reservations looked up in one statement. */
const MAX_BATCH = 1_000;

/** Recognizes retries of reservations that succeeded: with an idempotency key, the id of a reservation is known before it exists. */
export class EarlierReservations {
  readonly #seatMaps: Pick<SeatMaps, 'get'>;
  readonly #isStored: (key: ReservationKey) => Promise<boolean>;

  constructor(store: Session, seatMaps: Pick<SeatMaps, 'get'>) {
    this.#seatMaps = seatMaps;
    this.#isStored = batched((keys) => whichExist(store, keys), MAX_BATCH);
  }

  /** Whether the event has or had the reservation. Rejects if only the store can tell, and does not answer. */
  async has(key: ReservationKey): Promise<boolean> {
    const mayHave = await this.#seatMaps.get(key.eventId)?.mayHaveHad(key.reservationId);
    return mayHave !== false && this.#isStored(key);
  }
}

async function whichExist(store: Session, keys: readonly ReservationKey[]): Promise<boolean[]> {
  const found = new Set((await findReservations(store, keys)).map(nameOf));
  return keys.map(({ eventId, reservationId }) => found.has(nameOf({ eventId, id: reservationId })));
}

function nameOf({ eventId, id }: { readonly eventId: string; readonly id: string }): string {
  return `${eventId}:${id}`;
}
