import { setTimeout as sleep } from 'node:timers/promises';
import { ReserveSeatsDocument } from '../../src/client/generated/documents.ts';
import { decodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { send } from '../../test/support/graphql.ts';
import { quantileOf } from '../statistics.ts';
import { tokenFor } from '../tokens.ts';

const BUYERS = 4;
const PAUSE_MS = 100;
/** Timeout of a reservation, with which it counts. */
const TIMEOUT_MS = 20_000;

export interface Attempts {
  /** Duration of each reservation, whatever its outcome. */
  readonly tookMs: readonly number[];
  readonly won: number;
}

/** Buyers with tokens, each of whom reserves one seat, from the event's last seat on. */
export class Buyers {
  readonly #graphqlUrl: string;
  readonly #eventId: string;
  #nextSeat: number;

  constructor(graphqlUrl: string, { eventId, seats }: { readonly eventId: string; readonly seats: number }) {
    this.#graphqlUrl = graphqlUrl;
    this.#eventId = eventId;
    this.#nextSeat = seats - 1;
  }

  /** Reserves with four requests in flight, until `isOver`. */
  async reserve(isOver: () => boolean): Promise<Attempts> {
    const tookMs: number[] = [];
    let won = 0;
    const oneAfterTheOther = async () => {
      while (!isOver()) {
        const seat = this.#nextSeat;
        this.#nextSeat -= 1;
        const token = await tokenFor(`buyer of seat ${seat}`);
        const startedAt = performance.now();
        if (await reserveSeat(this.#graphqlUrl, this.#eventId, seat, token)) won += 1;
        tookMs.push(performance.now() - startedAt);
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: BUYERS }, oneAfterTheOther));
    return { tookMs, won };
  }
}

export function medianOf({ tookMs }: Pick<Attempts, 'tookMs'>): number {
  return quantileOf(tookMs, 0.5);
}

/** Whether the seat was reserved. */
export async function reserveSeat(url: string, eventId: string, seat: number, token: string): Promise<boolean> {
  const seatIds = [encodeSeatId(decodeEventId(eventId) ?? '', seat)];
  const asked = send(url, ReserveSeatsDocument, { input: { eventId, seatIds } }, token).then(
    ({ data }) => data?.reserveSeats.__typename === 'Reservation',
    () => false,
  );
  const tooLate = new AbortController();
  const patience = sleep(TIMEOUT_MS, false, { signal: tooLate.signal }).catch(() => false);
  try {
    return await Promise.race([asked, patience]);
  } finally {
    tooLate.abort();
  }
}
