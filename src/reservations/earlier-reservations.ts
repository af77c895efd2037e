import DataLoader from 'dataloader';
import type { ReservationKey } from '../coordination/coordination.ts';
import type { LiveSeatMaps } from '../seat-map/live-seat-maps.ts';
import type { Session } from '../store/database.ts';
import { findReservations } from '../store/reservations.ts';

/** Looked up in one statement. */
const MAX_BATCH = 1_000;

/** Tells retries of reservations that succeeded, whose ids are known before they are made, from what is asked for anew. */
export class EarlierReservations {
  readonly #seatMaps: Pick<LiveSeatMaps, 'get'>;
  readonly #lookups: DataLoader<ReservationKey, boolean>;

  constructor(store: Session, seatMaps: Pick<LiveSeatMaps, 'get'>) {
    this.#seatMaps = seatMaps;
    // One statement after the other: who asks meanwhile shares the next.
    let underWay: Promise<unknown> = Promise.resolve();
    this.#lookups = new DataLoader(
      (keys) => {
        const found = whichExist(store, keys);
        underWay = found.catch(() => {});
        return found;
      },
      { cache: false, maxBatchSize: MAX_BATCH, batchScheduleFn: (dispatch) => void underWay.then(dispatch) },
    );
  }

  /** Whether the event has, or once had, the reservation. Rejects if only the store can tell, and it does not answer. */
  async has(key: ReservationKey): Promise<boolean> {
    const mayHave = await this.#seatMaps.get(key.eventId)?.mayHaveHad(key.reservationId);
    return mayHave !== false && this.#lookups.load(key);
  }
}

async function whichExist(store: Session, keys: readonly ReservationKey[]): Promise<boolean[]> {
  const found = new Set((await findReservations(store, keys)).map(nameOf));
  return keys.map(({ eventId, reservationId }) => found.has(nameOf({ eventId, id: reservationId })));
}

function nameOf({ eventId, id }: { readonly eventId: string; readonly id: string }): string {
  return `${eventId}:${id}`;
}
