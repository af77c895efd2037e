import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newBuyer, reservationIn } from '../api/buyer.ts';
import { type Offer, offer, organizerToken, reserve } from '../api/venue.ts';
import { EventReader } from '../server/event-reader.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { startMeteredNode } from './metered-node.ts';
import { startTracedNode, type TracedNode } from './traced-node.ts';
import { largeEvent, setBlocked } from './venue.ts';

const within = { withinMs: 20_000 };

const watchMap = `subscription ($id: ID!, $since: Int) {
  map: seatMap(eventId: $id, since: $since) {
    __typename
    ... on SeatMapSnapshot { revision statuses }
    ... on SeatMapDelta { fromRevision revision changes }
  }
}`;

interface ToldOfMap {
  readonly data: {
    readonly map: { readonly __typename: string; readonly fromRevision?: number; readonly revision: number };
  };
}

const ann = tokenFor('ann');
const bearer = async (token: Promise<string>) => ({ authorization: `Bearer ${await token}` });

describe('one node', () => {
  let node: TracedNode;
  let event: Offer;
  beforeAll(async () => {
    node = await startTracedNode({ MAX_ACTIVE_RESERVATIONS: '1000' });
  });
  beforeEach(async () => {
    event = await offer(node.app);
  });
  afterAll(() => node[Symbol.asyncDispose]());

  const read = (query: string, options: Parameters<typeof EventReader.open>[2]) =>
    EventReader.open(node.app.graphqlUrl, query, options);

  test('executes a message once for websockets and streams, which get the same bytes', async () => {
    const before = node.executions();
    using socket = await RawSocket.connect({ server: node.app });
    const texts: string[] = [];
    socket.socket.on('message', (data) => texts.push(String(data)));
    socket.subscribe('1', watchMap, { id: event.eventId });
    await waitFor(() => texts.length === 1, { ...within, what: 'a snapshot' });
    const variables = { id: event.eventId };
    using stream = await read(watchMap, { variables });
    using other = await read(watchMap, { variables, headers: await bearer(organizerToken), method: 'GET' });
    await Promise.all([stream.told(1), other.told(1)]);
    await reserve(node.app, event, [0], await ann);
    await waitFor(() => texts.length === 2, { ...within, what: 'a change' });
    await Promise.all([stream.told(2), other.told(2)]);
    expect(stream.data('next').map((payload) => `{"id":"1","type":"next","payload":${payload}}`)).toEqual(texts);
    expect(other.data('next')).toEqual(stream.data('next'));
    expect(stream.results<ToldOfMap>()).toMatchObject([
      { data: { map: { __typename: 'SeatMapSnapshot' } } },
      { data: { map: { __typename: 'SeatMapDelta' } } },
    ]);
    expect(node.executions() - before).toBe(2);
  });

  test('sends a reconnecting client of graphql-sse the changes since its revision', async () => {
    const client = createClient({ url: node.app.graphqlUrl, retryAttempts: 0 });
    const watch = (since: number | null) =>
      client.iterate<{ map: ToldOfMap['data']['map'] }>({ query: watchMap, variables: { id: event.eventId, since } });
    const first = watch(null);
    const snapshot = (await first.next()).value?.data?.map;
    await first.return?.(undefined);
    await reserve(node.app, event, [1, 2], await ann);
    const again = watch(snapshot?.revision ?? Number.NaN);
    expect((await again.next()).value?.data?.map).toMatchObject({
      __typename: 'SeatMapDelta',
      fromRevision: snapshot?.revision,
    });
    client.dispose();
  });

  test('sends a reservation to its holder only, and completes with it', async () => {
    const buyer = await newBuyer();
    const { id } = reservationIn(await buyer.reserve(node.app, event, [0]));
    const query = 'subscription ($id: ID!) { reservation(id: $id) { status } }';
    const held = await read(query, { variables: { id }, headers: { authorization: `Bearer ${buyer.token}` } });
    await held.told(1);
    for (const headers of [{}, await bearer(tokenFor('bob'))]) {
      const refused = await read(query, { variables: { id }, headers });
      expect(await refused.all()).toContain('"code":"NOT_FOUND"');
      expect(refused.data('complete')).toEqual(['']);
    }
    await buyer.cancel(node.app, id);
    expect(await held.all()).toMatch(/event: complete\ndata:\n\n$/);
    expect(held.results()).toEqual([
      { data: { reservation: { status: 'ACTIVE' } } },
      { data: { reservation: { status: 'CANCELLED' } } },
    ]);
  });

  test('shows a draft to organizers alone', async () => {
    const { eventId: id } = await offer(node.app, { salesStatus: 'DRAFT' });
    using organizer = await read(watchMap, { variables: { id }, headers: await bearer(organizerToken) });
    await organizer.told(1);
    for (const headers of [{}, await bearer(ann)]) {
      const refused = await read(watchMap, { variables: { id }, headers });
      expect(await refused.all()).toContain('"code":"NOT_FOUND"');
    }
  });
});

test('a reader that stops during many changes has at most one message waiting, and then gets the changes', async () => {
  await using node = await startMeteredNode({});
  const event = await largeEvent(node.app, 20_000);
  // Messages of 2.5 MB, of which the kernel buffers a few.
  const long = 'x'.repeat(120);
  const spelledOut = Array.from({ length: 30 }, (_, at) => `${long}${at}: seatId`).join(' ');
  const query = watchMap.replace('changes', `seats { ${spelledOut} }`);
  const watch = () => EventReader.open(node.app.graphqlUrl, query, { variables: { id: event.eventId } });
  using quick = await watch();
  using slow = await watch();
  await Promise.all([quick.told(1), slow.told(1)]);
  expect(await node.metric('holdfast_event_streams')).toBe(2);
  expect(await node.metric('holdfast_websockets')).toBe(0);
  slow.pause();
  const indexes = Array.from({ length: 500 }, (_, at) => at * 3);
  for (let round = 1; round <= 8; round += 1) {
    await setBlocked(node.app, event, indexes, round % 2 === 1);
    await quick.told(round + 1);
  }
  slow.resume();
  const newest = quick.results<ToldOfMap>().at(-1)?.data.map.revision;
  const caughtUp = () => slow.results<ToldOfMap>().at(-1)?.data.map.revision === newest;
  await waitFor(caughtUp, { ...within, what: 'the slow one to show what the other does' });
  expect(quick.receivedBytes).toBeGreaterThan(16_000_000);
  expect(slow.receivedBytes).toBeLessThan(0.8 * quick.receivedBytes);
  expect(slow.results().length).toBeLessThan(quick.results().length);
  const [first, ...later] = slow.results<ToldOfMap>().map(({ data }) => data.map);
  expect(first?.__typename).toBe('SeatMapSnapshot');
  for (const [at, map] of later.entries()) {
    if (map.__typename === 'SeatMapDelta') expect(map.fromRevision).toBe([first, ...later][at]?.revision);
  }
});
