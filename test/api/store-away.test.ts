import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchAll } from '../realtime/watcher.ts';
import { startNode } from '../support/node.ts';
import { startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { print } from './figures.ts';
import { countKinds, expectNothingLost, isSale, Rush } from './rush.ts';
import { offer } from './venue.ts';

const seats = 5_000;
const awayMs = 10_000;
/** One and two seconds are promised, and the store is away for longer. The rest is for a busy machine. */
const toldWithinMs = 1_000 + 4_000;
const backWithinMs = 2_000 + 6_000;
const soon = { withinMs: 10_000 };

test.each(['dead', 'frozen'] as const)(
  'while the store is %s for ten seconds buyers are told so at once and maps stay up; then sales go on, and nothing is lost',
  async (fault) => {
    await using store = await startPostgres();
    const databaseUrl = await store.createDatabase();
    await using node = await startNode({ env: { DATABASE_URL: databaseUrl } });
    const { graphqlUrl } = node;
    const sale = await offer(node, { seats });
    const watchers = await watchAll(5, { graphqlUrl, eventId: sale.eventId, seatCount: seats });
    await using rush = new Rush({ graphqlUrl: () => graphqlUrl, sale, buyers: 8, bookEvery: 3 });
    await waitFor(() => rush.booked.size > 50, { ...soon, what: 'sales' });

    const awayFrom = performance.now();
    if (fault === 'dead') await store.kill();
    else store.pause();
    await sleep(awayMs);
    const during = performance.now();
    expect((await fetch(`${node.url}/readyz`)).status).toBe(503);
    if (fault === 'dead') await store.start();
    else store.resume();
    const backAt = performance.now();
    const firstSale = () => rush.answers.find((answer) => isSale(answer) && answer.atMs > backAt);
    const { atMs } = await waitFor(firstSale, { withinMs: backWithinMs, what: 'sales to go on' });

    const told = rush.between(awayFrom, during).filter(({ kind }) => kind !== 'won');
    // `SERVICE_BUSY` if a reservation was written but could not be read.
    expect(['ServiceBusy', 'SERVICE_BUSY']).toEqual(expect.arrayContaining(Object.keys(countKinds(told))));
    expect(told.length).toBeGreaterThan(100);
    const slowest = Math.max(...told.map(({ tookMs }) => tookMs));
    expect(slowest).toBeLessThan(toldWithinMs);
    print(
      `store ${fault} for ${awayMs / 1000} s: told busy ${told.length} times, the slowest after ${Math.round(slowest)} ms; sales went on ${Math.round(atMs - backAt)} ms after its return`,
    );

    await waitFor(() => rush.between(backAt, Number.POSITIVE_INFINITY).length > 100, { ...soon, what: 'more sales' });
    await rush.stop();
    await expectNothingLost(rush, sale, { graphqlUrl, databaseUrl });
    for (const watcher of watchers) {
      await waitFor(() => watcher.statuses.filter((status) => status !== 0).length === rush.reserved.size, {
        ...soon,
        what: 'the map to be right',
      });
      expect(watcher.faults).toEqual([]);
      await watcher.close();
    }
  },
);
