import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { offer, organizerToken, reserve } from '../api/venue.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';

let node: App;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node?.[Symbol.asyncDispose]());

interface Told {
  readonly salesStatus: string;
  readonly revision: number;
}

/** Waits for this number of messages, which must be the only ones. */
async function told(raw: RawSocket, count: number): Promise<readonly Told[]> {
  const all = () =>
    raw.received
      .filter(({ id }) => id === '1')
      .map(
        ({ payload }) => (payload as { data?: { event: Told } }).data?.event ?? expect.fail(JSON.stringify(payload)),
      );
  await waitFor(() => all().length >= count, { withinMs: 20_000, what: `${count} messages` });
  return all();
}

async function put(eventId: string, salesStatus: 'ON_SALE' | 'PAUSED' | 'CLOSED'): Promise<void> {
  const input = { eventId, salesStatus };
  const { setSalesStatus } = await dataOf(node.graphqlUrl, SetSalesStatusDocument, { input }, await organizerToken);
  expect(setSalesStatus).toMatchObject({ __typename: 'Event', salesStatus });
}

test.each([
  ['its own fields', 'id name salesStatus revision'],
  ['more than those', 'id name salesStatus revision availability { total } categories { name }'],
])('an event is told now and when its sales status changes, not when its seats do: %s', async (_, fields) => {
  const sale = await offer(node);
  using raw = await RawSocket.connect({ server: node });
  raw.subscribe('1', `subscription ($id: ID!) { event(id: $id) { ${fields} } }`, { id: sale.eventId });
  await told(raw, 1);
  await reserve(node, sale, [0], await tokenFor(`a buyer who watches ${fields}`));
  await put(sale.eventId, 'PAUSED');
  await told(raw, 2);
  await put(sale.eventId, 'ON_SALE');
  await told(raw, 3);
  await put(sale.eventId, 'CLOSED');
  const messages = await told(raw, 4);
  expect(messages.map(({ salesStatus }) => salesStatus)).toEqual(['ON_SALE', 'PAUSED', 'ON_SALE', 'CLOSED']);
  const revisions = messages.map(({ revision }) => revision);
  expect(revisions).toEqual([...revisions].sort((one, other) => one - other));
});

test('a draft is sent to organizers only, until it is published', async () => {
  const draft = await offer(node, { salesStatus: 'DRAFT' });
  const query = 'subscription ($id: ID!) { event(id: $id) { salesStatus } }';
  using organizer = await RawSocket.connect({ server: node }, { token: await organizerToken });
  organizer.subscribe('1', query, { id: draft.eventId });
  await told(organizer, 1);
  using nobody = await RawSocket.connect({ server: node });
  nobody.subscribe('1', query, { id: draft.eventId });
  expect(JSON.stringify(await nobody.outcome('1'))).toContain('"NOT_FOUND"');
  await put(draft.eventId, 'ON_SALE');
  expect((await told(organizer, 2)).map(({ salesStatus }) => salesStatus)).toEqual(['DRAFT', 'ON_SALE']);
  using buyer = await RawSocket.connect({ server: node });
  buyer.subscribe('1', query, { id: draft.eventId });
  expect(await told(buyer, 1)).toEqual([{ salesStatus: 'ON_SALE' }]);
});

test.each(['event_none', 'seat_none', ''])("an event '%s' that there is not is told so", async (id) => {
  using raw = await RawSocket.connect({ server: node });
  raw.subscribe('1', 'subscription ($id: ID!) { event(id: $id) { salesStatus } }', { id });
  expect(JSON.stringify(await raw.outcome('1'))).toContain('"NOT_FOUND"');
  expect(raw.closed).toBeUndefined();
});
