import { BlockSeatsDocument, UnblockSeatsDocument } from '../../src/client/generated/documents.ts';
import { dataOf } from '../../test/support/graphql.ts';
import { seatIdsOf } from '../../test/support/seat-ids.ts';
import { openEvent } from '../event.ts';
import { pace } from '../pace.ts';
import { tokenFor } from '../tokens.ts';

export interface Rate {
  /** Number of changes, each in a frame of its own. */
  readonly times: number;
  readonly perSecond: number;
}

/** An event of a node, and its organizer. */
export class Venue {
  readonly eventId: string;
  readonly #graphqlUrl: string;
  readonly #token: string;
  readonly #seatIds: readonly string[];
  readonly #seatsAtOnce: number;
  #changes = 0;

  constructor(graphqlUrl: string, token: string, eventId: string, seatIds: readonly string[], seatsAtOnce: number) {
    this.eventId = eventId;
    this.#graphqlUrl = graphqlUrl;
    this.#token = token;
    this.#seatIds = seatIds;
    this.#seatsAtOnce = seatsAtOnce;
  }

  /** Creates the event over HTTP and opens its sales. */
  static async open(graphqlUrl: string, { seats, seatsAtOnce }: { seats: number; seatsAtOnce: number }) {
    const token = await tokenFor('the organizer', ['ORGANIZER']);
    const id = await openEvent(graphqlUrl, token, { name: 'Fan-out', seats });
    return new Venue(graphqlUrl, token, id, await seatIdsOf(graphqlUrl, id, token), seatsAtOnce);
  }

  /** Blocks seats across the plan, and unblocks them. Resolves to the time of each request. */
  change({ times, perSecond }: Rate): Promise<number[]> {
    return pace(times, perSecond, () => this.#changeOnce());
  }

  async #changeOnce(): Promise<void> {
    const change = this.#changes++;
    const first = change * this.#seatsAtOnce;
    const isBlocked = Math.floor(first / this.#seatIds.length) % 2 === 1;
    const seatIds = Array.from({ length: this.#seatsAtOnce }, (_, at) => this.#seatId(first + at));
    const document = isBlocked ? UnblockSeatsDocument : BlockSeatsDocument;
    const outcome = await dataOf<object, { input: { eventId: string; seatIds: string[] } }>(
      this.#graphqlUrl,
      document,
      { input: { eventId: this.eventId, seatIds } },
      this.#token,
    );
    if (!JSON.stringify(outcome).includes('"Event"')) throw new Error(JSON.stringify(outcome));
  }

  #seatId(place: number): string {
    const seatId = this.#seatIds[place % this.#seatIds.length];
    if (seatId === undefined) throw new Error('the event has no seats');
    return seatId;
  }
}
