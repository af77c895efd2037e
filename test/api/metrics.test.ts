import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { registerConsumer } from '../../src/store/consumer-cursors.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { severalProcesses } from '../cli/command-line.ts';
import { createTestDatabase } from '../support/database.ts';
import { nodeEnv } from '../support/node.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { ServerProcess } from './server-process.ts';
import { offer } from './venue.ts';
import { watchSeatMap } from './watching.ts';

const soon = { withinMs: 10_000 };

/** Values by series, as scraped. */
async function scrape(url: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

function serve(env: NodeJS.ProcessEnv): ServerProcess {
  return ServerProcess.serve({ env: { ...nodeEnv, METRICS_PORT: '0', ...env }, cwd: tmpdir() });
}

/** Names of the product's metrics, without labels and suffixes of histograms. */
function namesIn(series: Iterable<string>): string[] {
  const names = [...series].flatMap((name) => /^holdfast_\w+?(?=_bucket|_sum|_count|\{|$)/.exec(name)?.[0] ?? []);
  return [...new Set(names)].sort();
}

test('a node serves its metrics at a separate address', severalProcesses, async () => {
  await using server = serve({ RATE_LIMIT_PER_MINUTE: '5' });
  const graphqlUrl = await server.ready();
  const url = await server.said(/metrics: (http[^\s"]+)/, soon);
  const value = async (series: string) => (await scrape(url)).get(series);
  const reaches = (series: string, least: number) =>
    waitFor(async () => ((await value(series)) ?? 0) >= least, { ...soon, what: `${series} to reach ${least}` });

  const node = { graphqlUrl };
  const sale = await offer(node, { reservationSeconds: 1 });
  await using _watch = await watchSeatMap(node, sale);
  const [ann, bob] = [await newBuyer(), await newBuyer()];
  const { id } = reservationIn(await ann.reserve(node, sale, [0, 1]));
  bookingIn(await ann.confirm(node, id));
  expect(await bob.reserve(node, sale, [1])).toMatchObject({ __typename: 'SeatsUnavailable' });
  reservationIn(await bob.reserve(node, sale, [2]));
  await reaches('holdfast_expiry_lateness_seconds_count', 1);
  // A frame with the sale, and one with the expiry.
  await reaches('holdfast_seat_map_frames_total', 2);
  await reaches('holdfast_websocket_messages_total', 3);
  for (let more = 1; more <= 4; more += 1) await bob.reserve(node, sale, [1]);

  const series = await scrape(url);
  expect(Object.fromEntries(series)).toMatchObject({
    'holdfast_level{level="NORMAL"}': 1,
    'holdfast_level{level="CRITICAL"}': 0,
    'holdfast_reservation_operations_total{operation="reserve",outcome="reserved"}': 2,
    'holdfast_reservation_operations_total{operation="reserve",outcome="seats-unavailable"}': 4,
    'holdfast_reservation_operations_total{operation="confirm",outcome="booked"}': 1,
    'holdfast_refusals_total{layer="seat map"}': 4,
    'holdfast_refusals_total{layer="rate limit"}': 1,
    'holdfast_gate_answers_total{answer="taken"}': 2,
    holdfast_websockets: 1,
    holdfast_seat_maps: 1,
    holdfast_writes_waiting: 0,
  });
  // At least two reservations and a booking.
  expect(series.get('holdfast_store_seconds_count{kind="transaction"}')).toBeGreaterThanOrEqual(3);
  expect(series.get('holdfast_store_seconds_count{kind="statement"}')).toBeGreaterThan(0);

  // Not at the public address.
  expect((await fetch(new URL('/metrics', graphqlUrl))).status).toBe(404);
  expect((await fetch(new URL('/', url))).status).toBe(404);

  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/`(holdfast_\w+)`/g)].map(([, name]) => name ?? '');
  expect(namesIn(series.keys()).filter((name) => !documented.includes(name))).toEqual([]);
});

test('metrics contain the sums of all workers', severalProcesses, async () => {
  await using database = await createTestDatabase();
  await using redis = await testRedis();
  await using store = await openDatabase({ kind: 'postgres', url: database.url, poolSize: 1 });
  await registerConsumer(store, 'tickets', 'now');
  await using server = serve({ DATABASE_URL: database.url, REDIS_URL: redis.url, WORKERS: '2' });
  const node = { graphqlUrl: await server.ready() };
  const url = await server.said(/metrics: (http[^\s"]+)/, soon);
  const sale = await offer(node);
  const buyers = await Promise.all(Array.from({ length: 20 }, newBuyer));
  await Promise.all(buyers.map((buyer, seat) => buyer.reserve(node, sale, [seat])));
  const series = await scrape(url);
  expect(series.get('holdfast_level{level="NORMAL"}')).toBe(2);
  expect(series.get('holdfast_reservation_operations_total{operation="reserve",outcome="reserved"}')).toBe(20);

  const [head] = await store.rows<{ revision: number }>(sql`select revision from event_heads`);
  const backlog = async () => (await scrape(url)).get('holdfast_consumer_backlog_changes{consumer="tickets"}');
  const isSeen = async () => (await backlog()) === head?.revision;
  await waitFor(isSeen, { withinMs: 60_000, what: 'all workers to have seen the same backlog' });
});
