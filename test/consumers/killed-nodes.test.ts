import { sql } from 'drizzle-orm';
import { afterAll, afterEach, expect, test } from 'vitest';
import { AsyncStack } from '../../src/async-stack.ts';
import { readBacklogs } from '../../src/store/consumer-cursors.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { Random } from '../checker/random.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { testDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { logChanges, readHeads } from './changes.ts';
import { type ConsumerProcessSettings, readHandled, recordHandled, startConsumerNode } from './consumer-node.ts';
import { findOverlaps, findUnhandled, type NodeFault } from './handled.ts';

const { url } = await testDatabase();
const database = await openDatabase({ kind: 'postgres', url, poolSize: 4 });
afterAll(() => database[Symbol.asyncDispose]());
await recordHandled(database);

let resources = new AsyncStack();
afterEach(async () => {
  await resources[Symbol.asyncDispose]();
  resources = new AsyncStack();
  await database.rows(sql`delete from consumers`);
  await database.rows(sql`truncate handled, event_changes, event_heads`);
});

const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const HOUR_MS = 3_600_000;
const soon = { withinMs: 60_000 };

async function start(node: string, over: Partial<ConsumerProcessSettings> = {}) {
  const server = await startConsumerNode({ node, databaseUrl: url, ...over });
  resources.defer(async () => {
    await server.kill();
    await server[Symbol.asyncDispose]();
  });
  return server;
}

const whatHappened = async () => (await readHandled(database)).map(({ node, what }) => `${node} ${what}`);

async function untilHappened(what: string): Promise<void> {
  await waitFor(async () => (await whatHappened()).includes(what), { ...soon, what });
}

const isAllHandled = async () => {
  const [backlog] = await readBacklogs(database);
  return backlog?.changes === 0;
};

test('another node takes over within seconds from one that is killed', async () => {
  const eventId = await createSampleEvent(database, 1);
  const first = await start('a', { takesMs: HOUR_MS });
  await untilHappened('a began');
  await start('b');
  await first.kill();
  const killedAtMs = performance.now();
  await untilHappened('b ended');
  // Five seconds for the lease and one for the next check. The rest is for a busy machine.
  expect(performance.now() - killedAtMs).toBeLessThan(30_000);
  expect(await whatHappened()).toEqual(['a began', 'b began', 'b ended']);
  expect(findUnhandled(await readHandled(database), new Map([[eventId, 1]]))).toEqual([]);
});

test('another node takes over from a frozen one, which does not move the cursor when it continues', async () => {
  const eventId = await createSampleEvent(database, 1);
  const cursor = () =>
    database.rows<{ revision: number; worker: string }>(sql`
      select revision, worker from consumer_cursors where event_id = ${eventId}::uuid`);
  const first = await start('a', { takesMs: HOUR_MS });
  await untilHappened('a began');
  const [{ worker: earlier } = { worker: '' }] = await cursor();
  first.pause();
  await start('b', { takesMs: HOUR_MS });
  await untilHappened('b began');
  first.resume();
  await untilHappened('a gave up');
  const [{ revision, worker } = { revision: -1, worker: '' }] = await cursor();
  expect(revision).toBe(0);
  expect(worker).toMatch(/^[0-9a-f-]{36}$/);
  expect(worker).not.toBe(earlier);
});

test('a node that stops releases its events at once', async () => {
  await createSampleEvent(database, 1);
  const first = await start('a', { takesMs: HOUR_MS, leaseMs: HOUR_MS });
  await untilHappened('a began');
  await start('b');
  await first.stop();
  await untilHappened('b ended');
  expect(await whatHappened()).toEqual(['a began', 'a gave up', 'b began', 'b ended']);
});

test(`every change is handled in order while nodes are killed, stand still and fail (TEST_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const names = ['a', 'b', 'c'];
  const options = (nth: number) => ({ takesMs: 20, failsAt: 0.1, seed: seed + nth });
  const nodes = await Promise.all(names.map((name, nth) => start(name, options(nth))));
  const events = await Promise.all(Array.from({ length: 4 }, () => createSampleEvent(database, 1)));
  const faults: NodeFault[] = [];
  const write = async () => {
    for (let nth = 0; nth < 15; nth += 1) await logChanges(database, random.pick(events), 1 + random.below(12));
  };
  for (const fault of random.shuffled(['killed', 'killed', 'stands still', 'stands still'])) {
    await write();
    const nth = random.below(nodes.length);
    const [node, name] = [nodes[nth], names[nth]];
    if (node === undefined || name === undefined) throw new RangeError('there is no such node');
    const endFault = async () => faults.push({ node: name, before: (await readHandled(database)).length });
    if (fault === 'killed') {
      await node.kill();
      await write();
      await endFault();
      await node.start();
    } else {
      node.pause();
      await write();
      // Long enough for other nodes to take over events, or not.
      if (random.chance(0.5)) await waitFor(isAllHandled, { ...soon, what: 'the others to take over' });
      await endFault();
      node.resume();
    }
    await write();
  }
  await waitFor(isAllHandled, { ...soon, what: 'everything to be handled' });
  const handled = await readHandled(database);
  const heads = await readHeads(database);
  expect(findUnhandled(handled, new Map(events.map((eventId) => [eventId, heads.get(eventId) ?? -1])))).toEqual([]);
  expect(findOverlaps(handled, faults)).toEqual([]);
});
