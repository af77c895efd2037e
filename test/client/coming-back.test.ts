import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  createHoldfastClient,
  type HoldfastClientOptions,
  type Live,
  type LiveStore,
  SetSalesStatusDocument,
  statusAt,
} from '../../src/client/index.ts';
import { offer, organizerToken, reserve } from '../api/venue.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { nodeOnSale } from '../support/on-sale.ts';
import { waitFor } from '../support/wait-for.ts';
import { LooseLink } from './loose-link.ts';

const within = { withinMs: 15_000 };
const { node, env, hamlet } = await nodeOnSale({ seats: 40 });

function clientOf(url: string, options: Partial<HoldfastClientOptions> = {}) {
  const reconnect = { firstWaitMs: 20, maxWaitMs: 200 };
  const client = createHoldfastClient({ url, webSocketImpl: WebSocket, reconnect, ...options });
  onTestFinished(() => client.dispose());
  return client;
}

const reserveMeanwhile = async (index: number) =>
  reserve(node, hamlet, [index], await tokenFor(`the buyer of ${index}`));

/** Subscribes to the store, and records its snapshots. */
function watch<Data>(store: LiveStore<Data>) {
  const shown: Live<Data>[] = [];
  onTestFinished(store.subscribe(() => void shown.push(store.getSnapshot())));
  return {
    shown,
    states: () => shown.map(({ state }) => state),
    until: (what: string, condition: (live: Live<Data>) => boolean) =>
      waitFor(() => condition(store.getSnapshot()), { ...within, what }),
  };
}

describe('a seat map', () => {
  test('is stale when its connection is cut, and then right again', async () => {
    await using link = await LooseLink.open(node.url);
    const store = clientOf(link.graphqlUrl).seatMap(hamlet.eventId);
    const map = watch(store);
    await map.until('the map', ({ state }) => state === 'live');
    link.cut();
    await map.until('the loss to be seen', ({ state }) => state === 'stale');
    await reserveMeanwhile(0);
    await map.until(
      'the map again',
      ({ state, data }) => state === 'live' && statusAt(data?.statuses ?? [], 0) === 'RESERVED',
    );
    expect(map.states().slice(0, 3)).toEqual(['live', 'stale', 'live']);
  });

  test('reconnects after a restart of its node', async () => {
    const first = await startNode({ env });
    const map = watch(clientOf(first.graphqlUrl).seatMap(hamlet.eventId));
    await map.until('the map', ({ state }) => state === 'live');
    await first[Symbol.asyncDispose]();
    await map.until('the loss to be seen', ({ state }) => state === 'stale');
    await reserveMeanwhile(1);
    await using _second = await startNode({ env: { ...env, PORT: new URL(first.url).port } });
    await map.until(
      'the map again',
      ({ state, data }) => state === 'live' && statusAt(data?.statuses ?? [], 1) === 'RESERVED',
    );
  });

  test('notices on waking up that the connection is dead, and reconnects', async () => {
    await using link = await LooseLink.open(node.url);
    const client = clientOf(link.graphqlUrl);
    const map = watch(client.seatMap(hamlet.eventId));
    await map.until('the map', ({ state }) => state === 'live');
    link.freeze();
    await reserveMeanwhile(2);
    client.wake();
    await map.until('the map again', ({ data }) => statusAt(data?.statuses ?? [], 2) === 'RESERVED');
    expect(map.states()).toEqual(['live', 'stale', 'live']);
    expect(link.connections).toBe(2);
  });

  test('is unchanged on waking up if the connection is alive', async () => {
    await using link = await LooseLink.open(node.url);
    const client = clientOf(link.graphqlUrl);
    const map = watch(client.seatMap(hamlet.eventId));
    await map.until('the map', ({ state }) => state === 'live');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    client.wake();
    const meanwhile = reserveMeanwhile(3);
    const isThere = () => statusAt(map.shown.at(-1)?.data?.statuses ?? [], 3) === 'RESERVED';
    await waitFor(() => vi.advanceTimersByTime(20) && isThere(), { ...within, what: 'the news' });
    await meanwhile;
    // Longer than the timeout of an answer.
    vi.advanceTimersByTime(6_000);
    expect([map.states().includes('stale'), link.connections]).toEqual([false, 1]);
  });

  test('stays as it was when its client is disposed of', async () => {
    await using link = await LooseLink.open(node.url);
    const client = clientOf(link.graphqlUrl);
    const map = watch(client.seatMap(hamlet.eventId));
    await map.until('the map', ({ state }) => state === 'live');
    client.dispose();
    await map.until('the end of the connection', ({ state }) => state === 'stale');
    const silent = watch(client.availability(hamlet.eventId));
    const others = watch(clientOf(link.graphqlUrl).availability(hamlet.eventId));
    await others.until('what another client sees', ({ state }) => state === 'live');
    expect([link.connections, silent.shown]).toEqual([2, []]);
  });

  test('of an unknown event fails', async () => {
    const map = watch(clientOf(node.graphqlUrl).seatMap('event_none'));
    await map.until('the failure', ({ state }) => state === 'failed');
    expect(map.shown.at(-1)).toMatchObject({ data: null, error: { code: 'NOT_FOUND' } });
  });
});

describe('counts', () => {
  test('are followed', async () => {
    const counts = watch(clientOf(node.graphqlUrl).availability(hamlet.eventId));
    await counts.until('them', ({ state }) => state === 'live');
    const before = counts.shown.at(-1)?.data?.reserved ?? 0;
    await reserveMeanwhile(4);
    await counts.until('one more', ({ data }) => data?.reserved === before + 1);
  });
});

describe('an event', () => {
  test('is followed without a sign-in, also over a cut, including its sales status', async () => {
    await using link = await LooseLink.open(node.url);
    const { eventId } = await offer(node, { salesStatus: 'PAUSED' });
    const kept = new Map<string, string>();
    const guests = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const event = watch(clientOf(link.graphqlUrl, { guests }).event(eventId));
    const put = async (salesStatus: 'ON_SALE' | 'CLOSED') =>
      dataOf(node.graphqlUrl, SetSalesStatusDocument, { input: { eventId, salesStatus } }, await organizerToken);
    await event.until('it', ({ state, data }) => state === 'live' && data?.salesStatus === 'PAUSED');
    await put('ON_SALE');
    await event.until('its opening', ({ state, data }) => state === 'live' && data?.salesStatus === 'ON_SALE');
    link.cut();
    await event.until('the loss to be seen', ({ state }) => state === 'stale');
    await put('CLOSED');
    await event.until('its end', ({ state, data }) => state === 'live' && data?.salesStatus === 'CLOSED');
    expect([event.shown.at(-1)?.data?.name, kept.size]).toEqual(['Hamlet', 0]);
  });
});

describe('a reservation', () => {
  test('is followed through a cut to its end, with its countdown', async () => {
    await using link = await LooseLink.open(node.url);
    const token = await tokenFor('a patient buyer');
    const client = clientOf(link.graphqlUrl, { token });
    const { id } = await reserve(node, hamlet, [10, 11], token);
    const mine = watch(client.reservation(id));
    await mine.until('it', ({ state }) => state === 'live');
    expect(mine.shown.at(-1)?.data?.countdown.getSnapshot()).toBe(600);
    link.cut();
    await mine.until('the loss to be seen', ({ state }) => state === 'stale');
    await client.cancelReservation({ reservationId: id });
    await mine.until('its end', ({ state }) => state === 'ended');
    expect(mine.shown.at(-1)?.data?.reservation.status).toBe('CANCELLED');
    client.wake();
    link.cut();
    expect(mine.shown.at(-1)?.state).toBe('ended');
  });

  test('continues with another token after one has expired', async () => {
    const refusals: (string | null)[] = [];
    const tokens: string[] = [];
    const token = async (refused: string | null) => {
      refusals.push(refused);
      if (tokens.length > 0 && refused !== tokens.at(-1)) return tokens.at(-1) ?? null;
      tokens.push(await tokenFor('a slow buyer', [], tokens.length === 0 ? 2 : 600));
      return tokens.at(-1) ?? null;
    };
    const { id } = await reserve(node, hamlet, [12], await tokenFor('a slow buyer'));
    const client = clientOf(node.graphqlUrl, { token });
    const mine = watch(client.reservation(id));
    await mine.until('it', ({ state }) => state === 'live');
    await mine.until('the end of the first token', ({ state }) => state === 'stale');
    await mine.until('it again', ({ state }) => state === 'live');
    expect(tokens.length).toBe(2);
    expect(refusals).toContain(tokens[0]);
    const cancelled = await client.cancelReservation({ reservationId: id });
    expect(cancelled.__typename).toBe('Reservation');
  });

  test('fails with a refused token without a replacement', async () => {
    const mine = watch(clientOf(node.graphqlUrl, { token: 'no token' }).reservation('reservation_none'));
    await mine.until('the failure', ({ state }) => state === 'failed');
    expect(mine.shown.at(-1)?.error).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('fails if it belongs to another viewer', async () => {
    const { id } = await reserve(node, hamlet, [13], await tokenFor('its holder'));
    const mine = watch(clientOf(node.graphqlUrl, { token: await tokenFor('somebody else') }).reservation(id));
    await mine.until('the failure', ({ state }) => state === 'failed');
    expect(mine.shown.at(-1)?.error).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('waits for a token that is not available at present', async () => {
    const buyer = await tokenFor('a buyer whose provider is slow');
    const { id } = await reserve(node, hamlet, [14], buyer);
    let asked = 0;
    const token = () => {
      asked += 1;
      if (asked < 3) throw new Error('the provider is away');
      return buyer;
    };
    const mine = watch(clientOf(node.graphqlUrl, { token }).reservation(id));
    await mine.until('it', ({ state }) => state === 'live');
    expect(asked).toBe(3);
  });
});
