import { expect, test } from 'vitest';
import { statusCodes } from '../../src/seat-map/status.ts';
import { watchAll } from '../realtime/watcher.ts';
import { startNode } from '../support/node.ts';
import { startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { newBuyer } from './buyer.ts';
import { offer } from './venue.ts';

/** Promised is a second; tests run beside each other. */
const TOLD_WITHIN_MS = 1_000 + 1_000;
const BACK_WITHIN_MS = 2_000;

test('while the store is silent buyers are told so at once and maps stay up, and then sales go on', {
  timeout: 60_000,
}, async () => {
  await using store = await startPostgres();
  await using node = await startNode({ env: { DATABASE_URL: await store.createDatabase() } });
  const sale = await offer(node);
  const [ann, bob] = [await newBuyer(), await newBuyer()];
  expect(await ann.reserve(node, sale, [0])).toMatchObject({ __typename: 'Reservation' });
  const [watcher] = await watchAll(1, { graphqlUrl: node.graphqlUrl, eventId: sale.eventId, seatCount: 20 });
  const readiness = async () => (await fetch(`${node.url}/readyz`)).status;

  const intent = 'the first may have been written: its retry tells';
  store.pause();
  for (const withinMs of [TOLD_WITHIN_MS, 200]) {
    const askedAt = performance.now();
    expect(await bob.reserve(node, sale, [1], intent)).toMatchObject({ __typename: 'ServiceBusy' });
    expect(performance.now() - askedAt).toBeLessThan(withinMs);
  }
  expect(await readiness()).toBe(503);
  expect(watcher?.faults).toEqual([]);

  store.resume();
  await waitFor(async () => (await bob.reserve(node, sale, [1], intent)).__typename === 'Reservation', {
    withinMs: BACK_WITHIN_MS,
    what: 'sales to go on',
  });
  expect(await readiness()).toBe(200);
  await waitFor(() => watcher?.statuses[1] === statusCodes.RESERVED, {
    withinMs: BACK_WITHIN_MS,
    what: 'the map to go on',
  });
  await watcher?.close();
});
