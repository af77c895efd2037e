import { print as printDocument } from 'graphql';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createHoldfastClient, SeatMapDocument, type SeatMapSubscription } from '../../src/client/index.ts';
import { statusCodes } from '../../src/domain/seat.ts';
import { unpackChanges, unpackStatuses } from '../../src/live/packing.ts';
import { startNodeProcess } from '../realtime/node-process.ts';
import { Balancer } from '../support/balancer.ts';
import { createTestDatabase } from '../support/database.ts';
import { nodeEnv } from '../support/node.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { print } from './figures.ts';
import { countKinds, expectNothingLost, isSale, longestGapMs, Rush } from './rush.ts';
import { offer } from './venue.ts';

const seats = 20_000;
const soon = { withinMs: 30_000 };
/** A client reconnects after one second, or two if refused, with jitter. The rest is for a busy machine. */
const currentWithinMs = 15_000;
const watchersOfAKind = 10;

/** A subscriber of the map, and the longest time without updates. */
interface MapWatch {
  taken(): number;
  staleMs(): number;
  stop(): void;
}

class Staleness {
  longestMs = 0;
  #since: number | undefined;

  set(isStale: boolean): void {
    if (isStale) this.#since ??= performance.now();
    else if (this.#since !== undefined) {
      this.longestMs = Math.max(this.longestMs, performance.now() - this.#since);
      this.#since = undefined;
    }
  }
}

function countTaken(statuses: Iterable<number>): number {
  return [...statuses].filter((code) => code !== statusCodes.AVAILABLE).length;
}

/** With the client package. */
function watchAsAPage(url: string, eventId: string): MapWatch {
  const client = createHoldfastClient({ url, webSocketImpl: WebSocket });
  const map = client.seatMap(eventId);
  const staleness = new Staleness();
  map.subscribe(() => staleness.set(map.getSnapshot().state !== 'live'));
  return {
    taken: () => countTaken(map.getSnapshot().data?.statuses ?? new Uint8Array()),
    staleMs: () => staleness.longestMs,
    stop: () => client.dispose(),
  };
}

/** With the stock client, as documented. */
function watchAsAnApp(url: string, eventId: string): MapWatch {
  const staleness = new Staleness();
  let statuses: Uint8Array = new Uint8Array(seats);
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    shouldRetry: () => true,
    retryAttempts: Number.POSITIVE_INFINITY,
    on: { closed: () => staleness.set(true) },
  });
  client.subscribe<SeatMapSubscription>(
    { query: printDocument(SeatMapDocument), variables: { eventId } },
    {
      next: ({ data }) => {
        if (data?.seatMap.__typename === 'SeatMapSnapshot') statuses = unpackStatuses(data.seatMap.statuses, seats);
        else if (data) {
          for (const { index, status } of unpackChanges(data.seatMap.changes)) statuses[index] = statusCodes[status];
        }
        staleness.set(false);
      },
      error: () => {},
      complete: () => {},
    },
  );
  return {
    taken: () => countTaken(statuses),
    staleMs: () => staleness.longestMs,
    stop: () => void client.dispose(),
  };
}

test('a rolling restart of three nodes during sales causes no refusals, and maps are soon current again', {
  timeout: 300_000,
}, async () => {
  await using database = await createTestDatabase();
  await using redis = await testRedis();
  const { JWT_SECRET = '' } = nodeEnv;
  const env = { JWT_SECRET, DATABASE_URL: database.url, REDIS_URL: redis.url };
  await using a = await startNodeProcess(env);
  await using b = await startNodeProcess(env);
  await using c = await startNodeProcess(env);
  const nodes = [a, b, c];
  await using balancer = await Balancer.open(nodes.map(({ port }) => port));
  const { graphqlUrl } = balancer;
  const sale = await offer(balancer, { seats });
  const watches = [watchAsAPage, watchAsAnApp].flatMap((watch) =>
    Array.from({ length: watchersOfAKind }, () => watch(graphqlUrl, sale.eventId)),
  );
  await using rush = new Rush({ graphqlUrl: () => graphqlUrl, sale, buyers: 8, bookEvery: 3, pauseMs: 50 });
  await waitFor(() => rush.reserved.size > 100, { ...soon, what: 'sales' });

  const stopMs: number[] = [];
  for (const node of nodes) {
    const toldAt = performance.now();
    await node.stop();
    stopMs.push(Math.round(performance.now() - toldAt));
    await node.start();
    const { size } = rush.reserved;
    await waitFor(() => rush.reserved.size > size + 100, { ...soon, what: 'sales to go on' });
  }
  await rush.stop();

  const taken = rush.reserved.size;
  await waitFor(() => watches.every((watch) => watch.taken() === taken), {
    withinMs: currentWithinMs,
    what: 'every map to be right',
  });
  for (const watch of watches) watch.stop();
  const longestMs = Math.round(Math.max(...watches.map((watch) => watch.staleMs())));
  const gapMs = Math.round(longestGapMs(rush.answers));
  print(
    `three nodes restarted (stopped within ${stopMs.join(', ')} ms): ${rush.answers.filter(isSale).length} sales, ` +
      `answers ${JSON.stringify(countKinds(rush.answers))}, longest pause ${gapMs} ms; no map old for longer than ${longestMs} ms`,
  );
  expect(longestMs).toBeGreaterThan(0);
  expect(longestMs).toBeLessThan(currentWithinMs);
  await expectNothingLost(rush, sale, { graphqlUrl, databaseUrl: database.url });
});
