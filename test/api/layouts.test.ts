import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  EventSeatMapDocument,
  EventSectionsDocument,
  EventsDocument,
  SetSalesStatusDocument,
} from '../../src/client/generated/documents.ts';
import { createHoldfastClient } from '../../src/client/index.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type Offer, offer, organizerToken } from './venue.ts';

const database = await testDatabase();
let node: App;
let hamlet: Offer;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url, QUERY_RATE_LIMIT_PER_MINUTE: '0' } });
  hamlet = await offer(node);
});
afterAll(() => node?.[Symbol.asyncDispose]());

async function pathOf(eventId: string, graphqlUrl = node.graphqlUrl): Promise<string> {
  const { event } = await dataOf(graphqlUrl, EventSeatMapDocument, { eventId }, await organizerToken);
  if (event === null) throw new Error('there is no such event');
  return event.seatMap.layoutUrl;
}

const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, node.url), { headers });

const bearer = async (token: Promise<string>) => ({ authorization: `Bearer ${await token}` });

test('a layout has what the schema says of sections, rows and seats', async () => {
  const client = createHoldfastClient({ url: node.graphqlUrl });
  const layout = await client.layout(await pathOf(hamlet.eventId));
  const { event } = await client.query(EventSectionsDocument, { eventId: hamlet.eventId });
  const { sections, areas, width, height } = event?.seatMap ?? {};
  const seatsAsInLayout = sections?.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({
      ...row,
      seats: row.seats.map(({ category, ...seat }) => ({
        ...seat,
        categoryId: category.id,
        label: `Stalls, row ${row.name}, seat ${seat.number}`,
        radius: 10,
      })),
    })),
  }));
  expect(layout).toEqual({ width, height, sections: seatsAsInLayout, shapes: areas });
  client.dispose();
});

test('it is compressed if the client accepts that, with the same contents, and may be cached for a year', async () => {
  const path = await pathOf(hamlet.eventId);
  const answers = ['identity', 'gzip', 'br'].map(async (encoding) => {
    const answer = await get(path, { 'accept-encoding': encoding });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('vary')).toContain('Accept-Encoding');
    return { encoding: answer.headers.get('content-encoding'), text: await answer.text() };
  });
  const [plain, gzip, brotli] = await Promise.all(answers);
  expect([plain?.encoding, gzip?.encoding, brotli?.encoding]).toEqual([null, 'gzip', 'br']);
  expect([gzip?.text, brotli?.text]).toEqual([plain?.text, plain?.text]);
});

test('a client that has cached it gets 304', async () => {
  const path = await pathOf(hamlet.eventId);
  const etag = (await get(path)).headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await get(path, { 'if-none-match': known });
    expect([known, answer.status, await answer.text()]).toEqual([known, 304, '']);
  }
  const other = await get(path, { 'if-none-match': '"other"' });
  expect([other.status, await other.json()]).toEqual([200, expect.objectContaining({ width: expect.any(Number) })]);
});

test('pages of other origins may ask for it', async () => {
  const answer = await get(await pathOf(hamlet.eventId), { origin: 'https://elsewhere.example' });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
});

test('any other address is not found', async () => {
  const path = await pathOf(hamlet.eventId);
  const other = await pathOf((await offer(node, { name: 'Lear' })).eventId);
  const [, , , file] = path.split('/');
  const [, , otherEvent, otherFile] = other.split('/');
  expect(file).not.toBe(otherFile);
  const nowhere = [
    `/layouts/${otherEvent}/${file}`,
    `/layouts/event_0000000000000000000000/${file}`,
    `/layouts/none/${file}`,
    path.replace('.json', ''),
    path.replace(/[\w-]{22}/, '0'.repeat(22)),
    `${path}/more`,
    '/layouts',
  ];
  for (const address of nowhere) {
    const answer = await get(address);
    const nothing = { errors: [{ message: expect.any(String), extensions: { code: 'NOT_FOUND' } }] };
    expect([address, answer.status, await answer.json()]).toEqual([address, 404, nothing]);
    expect(answer.headers.get('cache-control') ?? '').not.toContain('immutable');
  }
});

describe('a draft', () => {
  test('is sent to organizers only, and not to shared caches', async () => {
    const { eventId } = await offer(node, { salesStatus: 'DRAFT' });
    const path = await pathOf(eventId);
    expect((await get(path)).status).toBe(404);
    expect((await get(path, await bearer(tokenFor('ann')))).status).toBe(404);
    const answer = await get(path, await bearer(organizerToken));
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, max-age=31536000, immutable']);
    const organizer = createHoldfastClient({ url: node.graphqlUrl, token: () => organizerToken });
    expect((await organizer.layout(path)).sections).toHaveLength(1);
    organizer.dispose();
  });

  test('is public as soon as it is published, at the same address', async () => {
    const { eventId } = await offer(node, { salesStatus: 'DRAFT' });
    const path = await pathOf(eventId);
    expect((await get(path)).status).toBe(404);
    const input = { eventId, salesStatus: 'ON_SALE' } as const;
    await dataOf(node.graphqlUrl, SetSalesStatusDocument, { input }, await organizerToken);
    expect((await get(path)).status).toBe(200);
    expect(await pathOf(eventId)).toBe(path);
  });
});

test('every node has the same bytes at the same address', async () => {
  await using second = await startNode({ env: { DATABASE_URL: database.url } });
  const path = await pathOf(hamlet.eventId);
  expect(await pathOf(hamlet.eventId, second.graphqlUrl)).toBe(path);
  const there = await fetch(new URL(path, second.url));
  expect(await there.text()).toBe(await (await get(path)).text());
});

test('it is found under the public base path, and behind a proxy that strips it', async () => {
  await using node = await startNode({ env: { DATABASE_URL: database.url, BASE_PATH: '/box-office' } });
  const url = new URL('/box-office/graphql', node.url).href;
  const client = createHoldfastClient({ url });
  const { events } = await client.query(EventsDocument, { first: 1 });
  const eventId = events.edges[0]?.node.id ?? '';
  const path = await pathOf(eventId, url);
  expect(path).toMatch(/^\/box-office\/layouts\//);
  expect((await client.layout(path)).sections).toHaveLength(1);
  expect((await client.layout(path.replace('/box-office', ''))).sections).toHaveLength(1);
  client.dispose();
});

test('it counts as a query of its address', async () => {
  await using node = await startNode({ env: { DATABASE_URL: database.url, QUERY_RATE_LIMIT_PER_MINUTE: '2' } });
  const path = await pathOf(hamlet.eventId);
  const statuses: number[] = [];
  for (let asked = 0; asked < 3; asked += 1) statuses.push((await fetch(new URL(path, node.url))).status);
  expect(statuses).toEqual([200, 200, 429]);
});
