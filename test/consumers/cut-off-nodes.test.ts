import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { AsyncStack } from '../../src/async-stack.ts';
import { DurableConsumer } from '../../src/consumers/durable-consumer.ts';
import { readBacklogs, registerConsumer } from '../../src/store/consumer-cursors.ts';
import type { Database, Session } from '../../src/store/engine/database.ts';
import { Random } from '../checker/random.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { waitFor } from '../support/wait-for.ts';
import { logChanges, readHeads } from './changes.ts';
import { findOverlaps, findUnhandled, type Handled } from './handled.ts';
import { sharedStores } from './stores.ts';

const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const soon = { withinMs: 120_000 };
/** Short, so that disconnected nodes lose leases; long compared with delays of a busy machine. */
const LEASE_MS = 1_000;

/** A node whose connection to the store can be cut, in either direction. */
class Node {
  readonly name: string;
  readonly #database: Database;
  readonly #random: Random;
  isCutOff = false;

  constructor(name: string, database: Database, random: Random) {
    this.name = name;
    this.#database = database;
    this.#random = random;
  }

  /** The part that consumers use. */
  get database(): Database {
    const session: Session = {
      rows: (statement) => this.#ask(() => this.#database.rows(statement)),
      query: (build) => this.#ask(() => this.#database.query(build)),
    };
    return new Proxy(this.#database, {
      get: (target, name) => Reflect.get(session, name) ?? (name === 'mapReads' ? session : Reflect.get(target, name)),
    });
  }

  async #ask<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (this.isCutOff && this.#random.chance(0.5)) throw new Error('the way there is cut');
    const answer = await ask();
    if (this.isCutOff) throw new Error('the way back is cut');
    return answer;
  }
}

describe.each(sharedStores)('nodes that are cut off from the store on $engine', async ({ share }) => {
  const openNode = await share();
  const database = await openNode();

  test(`leave no change out, and no event to two of them (TEST_SEED=${seed})`, async () => {
    const random = new Random(seed);
    const handled: Handled[] = [];
    await using resources = new AsyncStack();
    await registerConsumer(database, 'tried', 'now');
    const nodes = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => new Node(name, await openNode(), random.fork())),
    );
    for (const node of nodes) resources.use(consumerOn(node, handled, random.fork()));
    const events = await Promise.all(Array.from({ length: 4 }, () => createSampleEvent(database, 1)));
    for (let nth = 0; nth < 24; nth += 1) {
      await logChanges(database, random.pick(events), 1 + random.below(8));
      const node = random.pick(nodes);
      node.isCutOff = !node.isCutOff && random.chance(0.8);
      if (random.chance(0.5)) await sleep(random.between(0, LEASE_MS));
    }
    for (const node of nodes) node.isCutOff = false;
    const isAllHandled = async () => (await readBacklogs(database))[0]?.changes === 0;
    await waitFor(isAllHandled, { ...soon, what: 'everything to be handled' });
    await resources[Symbol.asyncDispose]();
    expect(findUnhandled(handled, await readHeads(database))).toEqual([]);
    expect(findOverlaps(handled)).toEqual([]);
  });
});

function consumerOn(node: Node, handled: Handled[], random: Random): DurableConsumer {
  return new DurableConsumer({
    consumer: 'tried',
    start: 'now',
    database: node.database,
    logger: pino({ level: 'silent' }),
    batch: 4,
    concurrency: 2,
    pollMs: 30,
    leaseMs: LEASE_MS,
    retry: { firstMs: 10, longestMs: 100 },
    handle: async ({ eventId, changes, signal }) => {
      const [first = 0, last = 0] = [changes.at(0)?.revision, changes.at(-1)?.revision];
      const record = (what: Handled['what']) => handled.push({ node: node.name, eventId, first, last, what });
      expect(signal.aborted).toBe(false);
      record('began');
      // Synchronously, because another node may begin a moment later.
      signal.addEventListener('abort', () => record('gave up'));
      // Some take longer than the lease, which must be renewed meanwhile.
      const takesMs = random.chance(0.4) ? 2 * LEASE_MS : random.between(0, LEASE_MS / 4);
      await sleep(takesMs, undefined, { signal });
      if (random.chance(0.1)) {
        record('gave up');
        throw new Error('planned');
      }
      record('ended');
    },
  });
}
