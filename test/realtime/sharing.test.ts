import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Offer, offer, organizerToken, reserve } from '../api/venue.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { startTracedNode, type TracedNode } from './traced-node.ts';

let node: TracedNode;
let event: Offer;
let draft: Offer;
beforeAll(async () => {
  node = await startTracedNode({ MAX_ACTIVE_RESERVATIONS: '1000' });
  draft = await offer(node.app, { salesStatus: 'DRAFT' });
});
beforeEach(async () => {
  event = await offer(node.app);
});
afterAll(() => node[Symbol.asyncDispose]());

const ann = tokenFor('ann');
const bob = tokenFor('bob');

async function connect(token?: Promise<string>): Promise<RawSocket> {
  return RawSocket.connect({ server: node.app }, token && { token: await token });
}

interface Told {
  readonly data: { readonly map: ToldOfMap } | null;
  readonly errors?: unknown;
}

interface ToldOfMap {
  readonly fromRevision?: number;
  readonly revision?: number;
  readonly seats?: readonly unknown[];
}

/** Messages of an operation so far. */
function told(raw: RawSocket, id = '1'): readonly Told[] {
  return raw.received
    .filter((message) => message.id === id && message.type === 'next')
    .map(({ payload }) => payload as Told);
}

function messages(raw: RawSocket, count: number, id = '1'): Promise<readonly Told[]> {
  const all = () => (told(raw, id).length >= count ? told(raw, id) : undefined);
  return waitFor(all, { withinMs: 5_000, what: `${count} messages` });
}

/** Number of executions that the work causes. */
async function executionsIn(work: () => Promise<unknown>): Promise<number> {
  const before = node.executions();
  await work();
  return node.executions() - before;
}

const map = `subscription ($id: ID!) {
  map: seatMap(eventId: $id) {
    ... on SeatMapSnapshot { revision statuses }
    ... on SeatMapDelta { fromRevision revision seats { seatId index status } }
  }
}`;

/** Codes of the errors that ended the operation before any message. */
async function refusal(raw: RawSocket, id = '1'): Promise<readonly unknown[]> {
  const outcome = await raw.outcome(id);
  const errors = outcome.flatMap(({ type, payload }) => {
    if (type === 'error') return payload as { extensions: { code: string } }[];
    return type === 'next' ? (payload as { errors: { extensions: { code: string } }[] }).errors : [];
  });
  return errors.map(({ extensions }) => extensions.code);
}

const change = async (index: number, token = ann) => reserve(node.app, event, [index], await token);

describe('one execution', () => {
  test('serves every viewer of the same operation, with the same message', async () => {
    using nobody = await connect();
    using buyer = await connect(ann);
    using organizer = await connect(organizerToken);
    const viewers = [nobody, buyer, organizer];
    const joining = async () => {
      for (const raw of viewers) {
        raw.subscribe('1', map, { id: event.eventId });
        await messages(raw, 1);
      }
    };
    expect(await executionsIn(joining)).toBe(1);
    const changing = async () => {
      await change(0);
      for (const raw of viewers) await messages(raw, 2);
    };
    expect(await executionsIn(changing)).toBe(1);

    using late = await connect(bob);
    late.subscribe('1', map, { id: event.eventId });
    await messages(late, 1);
    await change(1);
    for (const raw of viewers) await messages(raw, 3);
    await messages(late, 2);
    for (const raw of [...viewers, late]) {
      const [, ...deltas] = told(raw);
      const revisions = told(raw).map(({ data }) => data?.map.revision);
      expect(deltas.map(({ data }) => data?.map.fromRevision)).toEqual(revisions.slice(0, -1));
    }
    const [, , delta] = told(nobody);
    expect(told(late)[1]).toEqual(delta);
    expect(delta?.data?.map.seats).toEqual([{ seatId: event.seatIds[1], index: 1, status: 'RESERVED' }]);
    for (const raw of viewers) expect(told(raw)).toEqual(told(nobody));
  });

  test('serves operations that differ only in variables they do not declare, or in what names their only operation', async () => {
    using raw = await connect();
    const named = map.replace('subscription', 'subscription Map');
    const subscribing = async () => {
      raw.subscribe('1', named, { id: event.eventId });
      raw.subscribe('2', named, { id: event.eventId, unused: 'x' });
      raw.send({
        type: 'subscribe',
        id: '3',
        payload: { query: named, operationName: 'Map', variables: { id: event.eventId } },
      });
      for (const id of ['1', '2', '3']) await messages(raw, 1, id);
    };
    expect(await executionsIn(subscribing)).toBe(1);
  });

  test('ends with its last subscriber', async () => {
    using first = await connect();
    using second = await connect();
    for (const raw of [first, second]) raw.subscribe('1', map, { id: event.eventId });
    await Promise.all([messages(first, 1), messages(second, 1)]);
    first.send({ type: 'complete', id: '1' });
    await change(0);
    await messages(second, 2);
    expect(told(first)).toHaveLength(1);

    second.send({ type: 'complete', id: '1' });
    using counts = await connect();
    counts.subscribe('1', 'subscription ($id: ID!) { availability(eventId: $id) { reserved } }', { id: event.eventId });
    await messages(counts, 1);
    const executions = await executionsIn(async () => {
      await change(1);
      await messages(counts, 2);
    });
    expect(executions).toBe(1);
    expect(told(second)).toHaveLength(2);
  });
});

test('a change of five seats takes at most 100 bytes where `changes` are all that is asked for', async () => {
  using raw = await connect();
  const sizes: number[] = [];
  raw.socket.on('message', (data) => sizes.push(String(data).length));
  raw.subscribe('1', 'subscription ($id: ID!) { seatMap(eventId: $id) { ... on SeatMapDelta { changes } } }', {
    id: event.eventId,
  });
  await messages(raw, 1);
  await reserve(node.app, event, [3, 7, 11, 15, 19], await ann);
  await messages(raw, 2);
  expect(sizes.at(-1)).toBeLessThanOrEqual(100);
});

describe('similar operations are not mixed up', () => {
  const several = `
    subscription Seats($id: ID!) { map: seatMap(eventId: $id) { ... on SeatMapSnapshot { revision statuses } ... on SeatMapDelta { revision } } }
    subscription Counts($id: ID!) { map: availability(eventId: $id) { total } }`;
  const conditional = `subscription ($id: ID!, $counts: Boolean = false) {
    map: seatMap(eventId: $id) {
      ... on SeatMapSnapshot { revision availability @include(if: $counts) { ...Counts } }
      ... on SeatMapDelta { revision }
    }
  }
  fragment Counts on Availability { total }`;

  test('by operationName', async () => {
    using raw = await connect();
    for (const [id, operationName] of [
      ['1', 'Seats'],
      ['2', 'Counts'],
    ] as const) {
      raw.send({ type: 'subscribe', id, payload: { query: several, operationName, variables: { id: event.eventId } } });
    }
    const [[seats], [counts]] = await Promise.all([messages(raw, 1, '1'), messages(raw, 1, '2')]);
    expect(Object.keys(seats?.data?.map ?? {})).toEqual(['revision', 'statuses']);
    expect(counts?.data).toEqual({ map: { total: 20 } });
  });

  test('by variables that a condition depends on, where a default counts as given', async () => {
    using raw = await connect();
    const variants = [{}, { counts: false }, { counts: true }];
    const executions = await executionsIn(async () => {
      for (const [at, variant] of variants.entries())
        raw.subscribe(String(at), conditional, { id: event.eventId, ...variant });
      for (const at of variants.keys()) await messages(raw, 1, String(at));
    });
    const keys = variants.map((_, at) => Object.keys(told(raw, String(at))[0]?.data?.map ?? {}));
    expect(keys).toEqual([['revision'], ['revision'], ['revision', 'availability']]);
    expect(executions).toBe(2);
  });

  test('by event, whether a variable or the document names it', async () => {
    const other = await offer(node.app, { seats: 30 });
    using raw = await connect();
    const counts = (id: string) => `subscription { map: availability(eventId: "${id}") { total } }`;
    raw.subscribe('1', counts(event.eventId));
    raw.subscribe('2', counts(other.eventId));
    raw.subscribe('3', 'subscription ($id: ID!) { map: availability(eventId: $id) { total } }', { id: other.eventId });
    const totals = await Promise.all(['1', '2', '3'].map(async (id) => (await messages(raw, 1, id))[0]?.data?.map));
    expect(totals).toEqual([{ total: 20 }, { total: 30 }, { total: 30 }]);
  });
});

describe('nothing leaks', () => {
  test('of a draft that an organizer watches with the same operation', async () => {
    using organizer = await connect(organizerToken);
    organizer.subscribe('1', map, { id: draft.eventId });
    await messages(organizer, 1);
    for (const token of [undefined, ann]) {
      using raw = await connect(token);
      raw.subscribe('1', map, { id: draft.eventId });
      expect(await refusal(raw)).toEqual(['NOT_FOUND']);
    }
  });

  test("of a reservation, to others who send the holder's text", async () => {
    const { id } = await change(0);
    const mine = await change(1, bob);
    const query = `subscription ($id: ID!) { map: reservation(id: $id) { id status seats { id reservedByViewer } } }`;
    using holder = await connect(ann);
    holder.subscribe('1', query, { id });
    expect((await messages(holder, 1))[0]?.data?.map).toMatchObject({
      id,
      seats: [{ id: event.seatIds[0], reservedByViewer: true }],
    });
    using other = await connect(bob);
    using nobody = await connect();
    for (const raw of [other, nobody]) {
      raw.subscribe('1', query, { id });
      expect(await refusal(raw)).toEqual(['NOT_FOUND']);
    }
    other.subscribe('2', query, { id: mine.id });
    expect((await messages(other, 1, '2'))[0]?.data?.map).toMatchObject({ id: mine.id });
    expect(JSON.stringify(other.received)).not.toContain(id);
    expect(JSON.stringify(holder.received)).not.toContain(mine.id);
  });

  test('by a document that holds a public operation and a private one', async () => {
    const { id } = await change(0);
    const query = `
      subscription Public($id: ID!) { map: seatMap(eventId: $id) { ... on SeatMapSnapshot { revision } ... on SeatMapDelta { revision } } }
      subscription Private($reservation: ID!) { map: reservation(id: $reservation) { id } }`;
    const variables = { id: event.eventId, reservation: id };
    for (const token of [ann, bob]) {
      using raw = await connect(token);
      raw.send({ type: 'subscribe', id: '1', payload: { query, operationName: 'Public', variables } });
      raw.send({ type: 'subscribe', id: '2', payload: { query, operationName: 'Private', variables } });
      await messages(raw, 1);
      const { payload } = await raw.message(({ id: operation }) => operation === '2');
      expect(payload).toMatchObject(
        token === ann ? { data: { map: { id } } } : { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
      );
    }
  });

  test('by several root fields in one operation, which is refused', async () => {
    const { id } = await change(0);
    using raw = await connect(ann);
    raw.subscribe(
      '1',
      'subscription ($id: ID!, $r: ID!) { map: seatMap(eventId: $id) { __typename } reservation(id: $r) { id } }',
      {
        id: event.eventId,
        r: id,
      },
    );
    expect(await refusal(raw)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('different operations', () => {
  const counts = (id: string, alias: string) => `subscription { ${alias}: availability(eventId: "${id}") { total } }`;

  test('of one network address are bounded for each event; subscribers to shared ones are accepted', async () => {
    using raw = await connect();
    for (let at = 0; at <= 50; at += 1) raw.subscribe(`${at}`, counts(event.eventId, `a${at}`));
    expect(await refusal(raw, '50')).toEqual(['RATE_LIMITED']);
    const other = await offer(node.app);
    raw.subscribe('other', counts(other.eventId, 'a'));
    raw.subscribe('known', counts(event.eventId, 'a7'));
    await Promise.all(['0', '49', 'other', 'known'].map((id) => messages(raw, 1, id)));

    raw.send({ type: 'complete', id: '0' });
    raw.subscribe('next', counts(event.eventId, 'next'));
    await messages(raw, 1, 'next');
    expect(raw.closed).toBeUndefined();
  });

  test('that select too much are refused', async () => {
    using raw = await connect();
    const select = (field: string, times: number) =>
      `subscription ($id: ID!) { seatMap(eventId: $id) { ... on SeatMapSnapshot { ${Array.from({ length: times }, (_, at) => `a${at}: ${field}`).join(' ')} } } }`;
    raw.subscribe('1', select('statuses', 11), { id: event.eventId });
    expect(await refusal(raw)).toEqual(['BAD_USER_INPUT']);
    raw.subscribe('2', select('statuses', 10), { id: event.eventId });
    await messages(raw, 1, '2');
  });
});

describe('invalid operations', () => {
  test.each([
    ['a variable of the wrong kind', { flag: 'yes' }],
    ['a number in its place', { flag: 1 }],
    ['a variable that is missing', {}],
  ])('is an error, and the end: %s', async (_, given) => {
    using raw = await connect();
    const query = `subscription ($id: ID!, $flag: Boolean!) {
      map: seatMap(eventId: $id) { __typename ... on SeatMapSnapshot { revision @include(if: $flag) } }
    }`;
    raw.subscribe('1', query, { id: event.eventId, ...given });
    expect(await refusal(raw)).toEqual(['BAD_USER_INPUT']);
    expect(raw.closed).toBeUndefined();
  });

  test.each([
    ['the id of a seat', () => event.seatIds[0], 'NOT_FOUND'],
    ['null', () => null, 'BAD_USER_INPUT'],
  ])('is an error where the event is %s', async (_, id, code) => {
    using raw = await connect();
    raw.subscribe('1', `subscription ($id: ID = "x") { map: availability(eventId: $id) { total } }`, { id: id() });
    expect(await refusal(raw)).toEqual([code]);
    expect(raw.closed).toBeUndefined();
  });
});

test('counts come at most once a second to each, and the newest always', async () => {
  const reserved = 'subscription ($id: ID!) { map: availability(eventId: $id) { revision: reserved } }';
  using raw = await connect();
  const askedAt = performance.now();
  let arrivals = 0;
  raw.socket.on('message', () => {
    arrivals += 1;
  });
  raw.subscribe('1', reserved, { id: event.eventId });
  await messages(raw, 1);
  for (const index of [0, 1, 2]) await change(index);
  const newest = () => told(raw).at(-1)?.data?.map.revision === 3;
  await waitFor(newest, { withinMs: 20_000, what: 'the newest counts' });
  // The average, because single messages may arrive closer together.
  const seconds = (performance.now() - askedAt) / 1_000;
  expect(arrivals).toBeGreaterThan(1);
  expect(arrivals).toBeLessThanOrEqual(1 + seconds);
});

test('a message after `complete` never comes, even if it is sent right behind `subscribe`', async () => {
  using raw = await connect();
  raw.subscribe('1', map, { id: event.eventId });
  raw.send({ type: 'complete', id: '1' });
  using witness = await connect();
  witness.subscribe('1', map, { id: event.eventId });
  await messages(witness, 1);
  await change(0);
  await messages(witness, 2);
  expect(told(raw)).toEqual([]);
});
