import { afterAll, beforeAll, expect, test } from 'vitest';
import { SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { statusCodes } from '../../src/domain/seat.ts';
import { decodeEventId } from '../../src/graphql/ids.ts';
import { unpackChanges, unpackStatuses } from '../../src/live/packing.ts';
import { readRevisions } from '../../src/store/change-log.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { newBuyer, reservationIn } from '../api/buyer.ts';
import { startTwoNodes, type TwoNodes } from '../api/two-nodes.ts';
import { type Offer, offer, organizerToken } from '../api/venue.ts';
import { watchSeatMap } from '../api/watching.ts';
import { Random } from '../checker/random.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { dataOf } from '../support/graphql.ts';
import { waitFor } from '../support/wait-for.ts';

const soon = { withinMs: 20_000 };
const seats = 300;
const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = new Random(seed);

let nodes: TwoNodes;
let store: Database;
beforeAll(async () => {
  nodes = await startTwoNodes({ env: { WEBSOCKET_OPERATIONS_PER_MINUTE: '100000' } });
  store = await openDatabase({ kind: 'postgres', url: nodes.databaseUrl, poolSize: 1 });
});
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  await nodes?.[Symbol.asyncDispose]();
});

interface Update {
  readonly __typename: 'SeatMapSnapshot' | 'SeatMapDelta';
  readonly revision: number;
  readonly fromRevision?: number;
  readonly statuses?: string;
  readonly changes?: string;
}

const query = `subscription ($id: ID!, $since: Int) {
  seatMap(eventId: $id, since: $since) {
    __typename
    ... on SeatMapSnapshot { revision statuses }
    ... on SeatMapDelta { fromRevision revision changes }
  }
}`;

/** First message of a node: a snapshot, or the difference since a revision. */
class Asker implements Disposable {
  readonly #raw: RawSocket;
  readonly #event: Offer;
  #asked = 0;

  private constructor(raw: RawSocket, event: Offer) {
    this.#raw = raw;
    this.#event = event;
  }

  static async connect(server: TwoNodes['a'], event: Offer): Promise<Asker> {
    return new Asker(await RawSocket.connect({ server }), event);
  }

  async ask(since: number | null): Promise<Update> {
    this.#asked += 1;
    const id = String(this.#asked);
    this.#raw.subscribe(id, query, { id: this.#event.eventId, since });
    const { payload } = await this.#raw.message((message) => message.id === id);
    this.#raw.send({ type: 'complete', id });
    return (payload as { data: { seatMap: Update } }).data.seatMap;
  }

  [Symbol.dispose](): void {
    this.#raw[Symbol.dispose]();
  }
}

/** The map after applying a difference. */
function applied(had: Uint8Array, { changes = '' }: Update): Uint8Array {
  const has = Uint8Array.from(had);
  for (const { index, status } of unpackChanges(changes)) has[index] = statusCodes[status];
  return has;
}

/** Sales through both nodes, some of which are cancelled. */
async function trade(event: Offer): Promise<void> {
  const buyer = await newBuyer();
  for (let more = 1 + random.below(4); more > 0; more -= 1) {
    const node = random.pick([nodes.a, nodes.b]);
    const indexes = [...new Set([random.below(seats), random.below(seats), random.below(seats)])];
    const outcome = await buyer.reserve(node, event, indexes);
    if (outcome.__typename !== 'Reservation') continue;
    const { id } = outcome;
    if (random.chance(0.3)) await buyer.confirm(random.pick([nodes.a, nodes.b]), id);
    else if (random.chance(0.5)) await buyer.cancel(random.pick([nodes.a, nodes.b]), id);
  }
}

async function headOf({ eventId }: Offer): Promise<number> {
  const id = decodeEventId(eventId) ?? expect.fail(eventId);
  return (await readRevisions(store, [id])).get(id) ?? expect.fail('the event has no head');
}

test(`a client that reconnects to any node gets the difference from its map (TEST_SEED=${seed})`, async () => {
  const event = await offer(nodes.a, { seats });
  await using _a = await watchSeatMap(nodes.a, event);
  await using _b = await watchSeatMap(nodes.b, event);
  using askA = await Asker.connect(nodes.a, event);
  using askB = await Asker.connect(nodes.b, event);
  /** Maps that a client may have, by revision. */
  const had = new Map<number, Uint8Array>();
  for (let round = 0; round < 30; round += 1) {
    await trade(event);
    const head = await headOf(event);
    for (const asker of [askA, askB]) {
      const fresh = await waitFor(
        async () => {
          const update = await asker.ask(null);
          return update.revision === head && update;
        },
        { ...soon, what: 'the node to know of it all' },
      );
      const now = unpackStatuses(fresh.statuses ?? '', seats);
      had.set(head, had.get(head) ?? now);
      expect(now).toEqual(had.get(head));
      const since = random.pick([...had.keys()]);
      const update = await asker.ask(since);
      expect(update).toMatchObject({ __typename: 'SeatMapDelta', fromRevision: since, revision: head });
      expect(applied(had.get(since) ?? new Uint8Array(seats), update)).toEqual(now);
    }
  }
});

test.each([
  ['its own fields', 'salesStatus revision'],
  ['more than those', 'salesStatus revision categories { name price { amount } }'],
])(
  'an event is told on another node when its sales status changes, once, and not when its seats do: %s',
  async (_, fields) => {
    const event = await offer(nodes.a);
    await using map = await watchSeatMap(nodes.b, event);
    using raw = await RawSocket.connect({ server: nodes.b });
    raw.subscribe('1', `subscription ($id: ID!) { event(id: $id) { ${fields} } }`, { id: event.eventId });
    const told = () => raw.received.filter(({ id }) => id === '1').map(({ payload }) => payload);
    await waitFor(() => told().length === 1, { ...soon, what: 'the event as it is' });
    const fromMs = Date.now();
    const buyer = await newBuyer();
    reservationIn(await buyer.reserve(nodes.a, event, [3]));
    await map.told(3, 'RESERVED', { fromMs });
    for (const [nth, salesStatus] of (['PAUSED', 'ON_SALE', 'CLOSED'] as const).entries()) {
      const input = { eventId: event.eventId, salesStatus };
      await dataOf(nodes.a.graphqlUrl, SetSalesStatusDocument, { input }, await organizerToken);
      await waitFor(() => told().length >= nth + 2, { ...soon, what: `the event to be told ${salesStatus}` });
    }
    expect(told()).toMatchObject(
      ['ON_SALE', 'PAUSED', 'ON_SALE', 'CLOSED'].map((salesStatus) => ({ data: { event: { salesStatus } } })),
    );
  },
);
