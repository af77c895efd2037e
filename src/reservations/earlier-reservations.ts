import type { ReservationKey } from '../domain/records.ts';
import type { Session } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { findReservations } from '../store/queries/reservations.ts';

/** What this node knows of seats without asking anybody. It only ever says no. */
export interface SeatMaps {
  /** Undefined where nothing is known of the event. */
  get(eventId: string): KnownSeats | undefined;
  /** Something is soon to be known of the event. */
  prewarm(eventId: string): void;
}

interface KnownSeats {
  isTaken(seatIndex: number): boolean;
  /** False only where the event has never had the reservation. */
  mayHaveHad(reservationId: string): boolean | Promise<boolean>;
}

/** Looked up in one statement. */
const MAX_BATCH = 1_000;

/** Tells retries of reservations that succeeded, whose ids are known before they are made, from what is asked for anew. */
export class EarlierReservations {
  readonly #seatMaps: Pick<SeatMaps, 'get'>;
  readonly #isStored: (key: ReservationKey) => Promise<boolean>;

  constructor(store: Session, seatMaps: Pick<SeatMaps, 'get'>) {
    this.#seatMaps = seatMaps;
    this.#isStored = batched((keys) => whichExist(store, keys), MAX_BATCH);
  }

  /** Whether the event has, or once had, the reservation. Rejects if only the store can tell, and it does not answer. */
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
