import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { SeatStatusesDocument } from '../../src/client/generated/documents.ts';
import { packChanges } from '../../src/live/packing.ts';
import { type Offer, offer, reserve, seatAt } from '../api/venue.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';

let node: App;
let event: Offer;
beforeAll(async () => {
  node = await startNode();
});
beforeEach(async () => {
  event = await offer(node, { seats: 20 });
});
afterAll(() => node?.[Symbol.asyncDispose]());

const query = `subscription ($id: ID!, $since: Int) {
  seatMap(eventId: $id, since: $since) {
    __typename
    ... on SeatMapSnapshot { revision statuses availability { total available reserved } }
    ... on SeatMapDelta { fromRevision revision changes seats { seatId index status } availability { total available reserved } }
  }
}`;

interface Update {
  readonly __typename: 'SeatMapSnapshot' | 'SeatMapDelta';
  readonly fromRevision?: number;
  readonly revision: number;
  readonly seats?: readonly unknown[];
}

/** Messages of one operation, once there are this many. */
async function told(raw: RawSocket, count: number, id = '1'): Promise<readonly Update[]> {
  const all = () =>
    raw.received
      .filter((message) => message.id === id && message.type === 'next')
      .map(({ payload }) => (payload as { data: { seatMap: Update } }).data.seatMap);
  await waitFor(() => all().length >= count, { withinMs: 20_000, what: `${count} messages` });
  return all();
}

const connect = () => RawSocket.connect({ server: node });
const sell = async (...indexes: number[]) => reserve(node, event, indexes, await tokenFor(`buyer of ${indexes}`));

/** The current map of a client. */
async function seen(): Promise<Update> {
  using raw = await connect();
  raw.subscribe('1', query, { id: event.eventId });
  const [snapshot] = await told(raw, 1);
  return snapshot ?? expect.fail('there is no map');
}

/** Keeps the map open on the node, which does not know changes before it was loaded. */
async function somebodyWatches(): Promise<RawSocket> {
  const raw = await connect();
  raw.subscribe('1', query, { id: event.eventId });
  await told(raw, 1);
  return raw;
}

const delta = (indexes: readonly number[]) => ({
  __typename: 'SeatMapDelta',
  changes: packChanges(indexes.map((index) => ({ index, status: 'RESERVED' as const }))),
  seats: indexes.map((index) => ({ seatId: seatAt(event.seatIds, index), index, status: 'RESERVED' })),
  availability: { total: 20, available: 20 - indexes.length, reserved: indexes.length },
});

describe('a reconnecting client', () => {
  test('gets the changes since its revision, and then all later ones', async () => {
    using watching = await somebodyWatches();
    const before = await seen();
    expect(before.__typename).toBe('SeatMapSnapshot');
    await sell(7, 3);
    await sell(19);
    await told(watching, 2);
    const newest = await waitFor(
      async () => {
        const now = await seen();
        return now.revision === before.revision + 2 ? now : undefined;
      },
      { withinMs: 20_000, what: 'both sales' },
    );

    using raw = await connect();
    raw.subscribe('1', query, { id: event.eventId, since: before.revision });
    const [first] = await told(raw, 1);
    expect(first).toEqual({ ...delta([3, 7, 19]), fromRevision: before.revision, revision: newest.revision });
    await sell(0);
    const [, second] = await told(raw, 2);
    expect(second).toMatchObject({ fromRevision: newest.revision, revision: newest.revision + 1 });
    expect(second).toMatchObject({ changes: packChanges([{ index: 0, status: 'RESERVED' }]) });
  });

  test('may have its map from a query', async () => {
    using _watching = await somebodyWatches();
    const { event: read } = await dataOf(node.graphqlUrl, SeatStatusesDocument, { eventId: event.eventId });
    expect(read?.seatMap.statuses).toBe('AAAAAAA=');
    await sell(2);
    using raw = await connect();
    raw.subscribe('1', query, { id: event.eventId, since: read?.seatMap.revision });
    const changed = async () => (await told(raw, 1)).some(({ seats = [] }) => seats.length === 1);
    await waitFor(changed, { withinMs: 20_000, what: 'the sale' });
    expect((await told(raw, 1))[0]).toMatchObject({ fromRevision: read?.seatMap.revision });
  });

  test('is told at once that nothing has changed', async () => {
    using _watching = await somebodyWatches();
    const { revision } = await seen();
    using raw = await connect();
    raw.subscribe('1', query, { id: event.eventId, since: revision });
    expect(await told(raw, 1)).toEqual([{ ...delta([]), fromRevision: revision, revision }]);
  });

  test('gets the same as clients that stayed connected', async () => {
    using watching = await somebodyWatches();
    const { revision } = await seen();
    using raw = await connect();
    raw.subscribe('1', query, { id: event.eventId, since: revision });
    await told(raw, 1);
    await sell(5);
    const [, later] = await told(raw, 2);
    expect((await told(watching, 2))[1]).toEqual(later);
  });

  test.each([
    ['that nobody has seen yet', 1_000_000],
    ['from before the event', -1],
    ['that is none', null],
  ])('with a revision %s is told the whole map', async (_, since) => {
    using _watching = await somebodyWatches();
    using raw = await connect();
    raw.subscribe('1', query, { id: event.eventId, since });
    const [first] = await told(raw, 1);
    expect(first).toMatchObject({ __typename: 'SeatMapSnapshot', statuses: 'AAAAAAA=' });
  });

  test('with an invalid revision gets an error', async () => {
    using raw = await connect();
    raw.subscribe('1', query, { id: event.eventId, since: 'yesterday' });
    expect(JSON.stringify(await raw.outcome('1'))).toContain('"BAD_USER_INPUT"');
    expect(raw.closed).toBeUndefined();
  });
});
