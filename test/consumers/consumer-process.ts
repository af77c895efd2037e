import { appendFileSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import type { ChangesToHandle } from '../../src/consumers/event-worker.ts';
import { Random } from '../checker/random.ts';
import type { ConsumerProcessSettings } from './consumer-node.ts';
import type { Handled } from './handled.ts';

// A node that only runs one consumer, in a process that `consumer-node.ts` starts.

const settings: ConsumerProcessSettings = JSON.parse(process.argv[2] ?? '');
// Another process must behave differently.
const random = new Random(settings.seed + process.pid);

/** Loads the built modules or the sources. */
const load = (module: string) => import(pathToFileURL(`${settings.program}/${module}.${settings.extension}`).href);
const { openDatabase }: typeof import('../../src/store/engine/open.ts') = await load('store/engine/open');
const { DurableConsumer }: typeof import('../../src/consumers/durable-consumer.ts') =
  await load('consumers/durable-consumer');

const database = await openDatabase({ kind: 'postgres', url: settings.databaseUrl, poolSize: 3 });
const consumer = new DurableConsumer({
  consumer: settings.consumer,
  start: 'beginning',
  handle,
  database,
  logger: pino({ level: 'silent' }),
  batch: 5,
  pollMs: 200,
  retry: { firstMs: 50, longestMs: 1_000 },
  ...(settings.leaseMs === undefined ? {} : { leaseMs: settings.leaseMs }),
});
process.once('SIGTERM', async () => {
  await consumer[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
appendFileSync(1, 'consuming\n');

async function handle({ eventId, changes, signal }: ChangesToHandle): Promise<void> {
  const [first = 0, last = 0] = [changes.at(0)?.revision, changes.at(-1)?.revision];
  const record = (what: Handled['what']) =>
    database.rows(sql`
      insert into handled (node, event_id, first, last, what)
      values (${settings.node}, ${eventId}::uuid, ${first}::int, ${last}::int, ${what})`);
  await record('began');
  if (random.chance(settings.diesAt)) process.kill(process.pid, 'SIGKILL');
  await sleep(random.between(0, 2 * settings.takesMs), undefined, { signal }).catch(() => {});
  // Runs timers that are due first, such as the end of the lease.
  await setImmediate();
  if (signal.aborted || random.chance(settings.failsAt)) {
    await record('gave up');
    throw new Error('planned');
  }
  await record('ended');
}
