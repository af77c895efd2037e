import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { AsyncStack } from '../../src/async-stack.ts';
import { DurableConsumer, type DurableConsumerSettings } from '../../src/consumers/durable-consumer.ts';
import type { ChangesToHandle } from '../../src/consumers/event-worker.ts';
import { registerConsumer, takeCursor } from '../../src/store/consumer-cursors.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { waitFor } from '../support/wait-for.ts';
import { logChanges, readHeads } from './changes.ts';
import { findOverlaps, findUnhandled, type Handled } from './handled.ts';
import { sharedStores } from './stores.ts';

const soon = { withinMs: 30_000 };
const HOUR_MS = 3_600_000;

describe.each(sharedStores)('a durable consumer on $engine', async ({ share }) => {
  const openNode = await share();
  const database = await openNode();
  let resources = new AsyncStack();
  afterEach(async () => {
    await resources[Symbol.asyncDispose]();
    resources = new AsyncStack();
    // Tests share the store.
    await database.rows(sql`delete from consumers`);
  });

  /** All nodes of one consumer, and their records. */
  class Nodes {
    readonly name = `consumer ${randomUUID()}`;
    readonly handled: Handled[] = [];

    async start(node: string, over: Partial<DurableConsumerSettings> = {}): Promise<DurableConsumer> {
      const { handle = async () => {}, ...rest } = over;
      return resources.use(
        new DurableConsumer({
          consumer: this.name,
          start: 'now',
          database: await openNode(),
          logger: pino({ level: 'silent' }),
          pollMs: 50,
          retry: { firstMs: 20, longestMs: 100 },
          ...rest,
          handle: (changes) => this.#record(node, changes, handle),
        }),
      );
    }

    async register(start: 'beginning' | 'now' = 'now'): Promise<void> {
      await registerConsumer(database, this.name, start);
    }

    async cursor(eventId: string) {
      const [cursor] = await database.rows<{ revision: number; attempts: number; worker: string | null }>(sql`
        select revision, attempts, worker from consumer_cursors
        where event_id = ${eventId}::uuid and consumer = ${this.name}`);
      return cursor;
    }

    async untilAt(eventId: string, revision: number): Promise<void> {
      const isThere = async () => (await this.cursor(eventId))?.revision === revision;
      await waitFor(isThere, { ...soon, what: `the cursor to be at ${revision}` });
    }

    of(what: Handled['what'], eventId?: string): readonly Handled[] {
      return this.handled.filter((one) => one.what === what && (eventId ?? one.eventId) === one.eventId);
    }

    async #record(node: string, changes: ChangesToHandle, handle: DurableConsumerSettings['handle']): Promise<void> {
      const revisions = changes.changes.map(({ revision }) => revision);
      const [first = 0, last = 0] = [revisions.at(0), revisions.at(-1)];
      expect(revisions).toEqual(Array.from({ length: last - first + 1 }, (_, place) => first + place));
      const record = (what: Handled['what']) =>
        this.handled.push({ node, eventId: changes.eventId, first, last, what });
      record('began');
      try {
        await handle(changes);
        record('ended');
      } catch (error) {
        record('gave up');
        throw error;
      }
    }
  }

  async function newNodes(): Promise<Nodes> {
    const nodes = new Nodes();
    await nodes.register();
    return nodes;
  }

  test('stops before a change of an unknown version, and continues once it is known', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    await logChanges(database, eventId, 3);
    const setVersion = (version: number) =>
      database.rows(sql`
        update event_changes set change = jsonb_set(change, '{version}', to_jsonb(${version}::int))
        where event_id = ${eventId}::uuid and revision = 3`);
    await setVersion(99);
    await nodes.start('a');
    await nodes.untilAt(eventId, 2);
    const hasTried = async () => ((await nodes.cursor(eventId))?.attempts ?? 0) > 1;
    await waitFor(hasTried, { ...soon, what: 'the change to be tried again' });
    expect(nodes.of('ended', eventId).map(({ last }) => last)).toEqual([2]);
    await setVersion(1);
    await nodes.untilAt(eventId, 4);
  });

  test('handles every change once and in order, on one node at a time', async () => {
    const nodes = await newNodes();
    for (const node of ['a', 'b', 'c']) await nodes.start(node, { handle: () => setImmediate(), batch: 7 });
    const events = await Promise.all(Array.from({ length: 6 }, () => createSampleEvent(database, 1)));
    for (let nth = 1; nth <= 20; nth += 1)
      await Promise.all(events.map((eventId, place) => logChanges(database, eventId, 1 + ((nth + place) % 3))));
    const heads = await readHeads(database);
    for (const eventId of events) await nodes.untilAt(eventId, heads.get(eventId) ?? 0);
    expect(findUnhandled(nodes.handled, new Map(events.map((id) => [id, heads.get(id) ?? 0])))).toEqual([]);
    expect(findOverlaps(nodes.handled)).toEqual([]);
    for (const eventId of events) {
      const ended = nodes.of('ended', eventId);
      const sum = ended.reduce((count, { first, last }) => count + last - first + 1, 0);
      expect(sum).toBe(heads.get(eventId));
    }
  });

  test('begins with the oldest change, or with the next', async () => {
    const eventId = await createSampleEvent(database, 1);
    const [fromBeginning, fromNow] = [new Nodes(), new Nodes()];
    await fromBeginning.start('a', { start: 'beginning' });
    await fromNow.start('a', { start: 'now' });
    await fromBeginning.untilAt(eventId, 1);
    await waitFor(() => fromNow.cursor(eventId), { ...soon, what: 'the consumer to be registered' });
    await logChanges(database, eventId, 2);
    for (const nodes of [fromBeginning, fromNow]) await nodes.untilAt(eventId, 3);
    expect(fromBeginning.of('ended', eventId).at(0)?.first).toBe(1);
    expect(fromNow.of('ended', eventId).at(0)?.first).toBe(2);
  });

  test('handles changes in batches until all are read', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    await logChanges(database, eventId, 249);
    await nodes.start('a', { batch: 100 });
    await nodes.untilAt(eventId, 250);
    expect(nodes.of('ended').map(({ first, last }) => [first, last])).toEqual([
      [1, 100],
      [101, 200],
      [201, 250],
    ]);
  });

  test('handles several events concurrently, and on several nodes', async () => {
    const nodes = await newNodes();
    const events = await Promise.all(Array.from({ length: 6 }, () => createSampleEvent(database, 1)));
    const allAreAtIt = () => nodes.of('began').length === 6 || Promise.reject(new Error('not yet'));
    const handle = () => waitFor(allAreAtIt, { ...soon, what: 'all to have begun' }).then(() => {});
    for (const node of ['a', 'b', 'c']) await nodes.start(node, { handle, concurrency: 2 });
    for (const eventId of events) await nodes.untilAt(eventId, 1);
    const shares = ['a', 'b', 'c'].map((node) => nodes.of('began').filter((one) => one.node === node).length);
    expect(shares).toEqual([2, 2, 2]);
  });

  test('postpones an event whose handler fails, and continues with others', async () => {
    const nodes = await newNodes();
    const [bad, good] = [await createSampleEvent(database, 1), await createSampleEvent(database, 1)];
    let isMended = false;
    const handle = async ({ eventId }: ChangesToHandle) => {
      if (eventId === bad && !isMended) throw new Error('no answer from outside');
    };
    await nodes.start('a', { handle, concurrency: 1 });
    await waitFor(() => nodes.of('gave up', bad).length >= 3, { ...soon, what: 'three attempts' });
    await nodes.untilAt(good, 1);
    await logChanges(database, good, 4);
    await nodes.untilAt(good, 5);
    expect((await nodes.cursor(bad))?.revision).toBe(0);
    expect((await nodes.cursor(bad))?.attempts).toBeGreaterThanOrEqual(2);
    isMended = true;
    await nodes.untilAt(bad, 1);
    expect((await nodes.cursor(bad))?.attempts).toBe(0);
    expect(nodes.of('began', bad).every(({ first, last }) => first === 1 && last === 1)).toBe(true);
  });

  test('waits twice as long after each failure', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    const waits: number[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => waits.push(JSON.parse(line).againInMs) });
    const handle = () => Promise.reject(new Error('never'));
    await nodes.start('a', { handle, logger, retry: { firstMs: 10, longestMs: 60 } });
    await waitFor(() => waits.length >= 5, { ...soon, what: 'five attempts' });
    expect(waits.slice(0, 5)).toEqual([10, 20, 40, 60, 60]);
    expect((await nodes.cursor(eventId))?.revision).toBe(0);
  });

  test('takes over from a node that is gone, when its lease has lapsed', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    const gone = { eventId, consumer: nodes.name, worker: randomUUID() };
    expect(await takeCursor(database, gone, 500)).not.toBeNull();
    await nodes.start('a');
    await nodes.untilAt(eventId, 1);
    expect(nodes.of('ended')).toHaveLength(1);
  });

  test('keeps its lease for as long as the handler takes', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    let finish = () => {};
    const handle = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    const leaseMs = 5_000;
    const first = await nodes.start('a', { handle, leaseMs });
    await waitFor(() => nodes.of('began').length > 0, { ...soon, what: 'the handler' });
    await nodes.start('b');
    const [{ endsAt } = { endsAt: '' }] = await database.rows<{ endsAt: string }>(sql`
      select available_at::text as "endsAt" from consumer_cursors where event_id = ${eventId} and consumer = ${nodes.name}`);
    const isPast = async () => (await database.rows(sql`select where now() > ${endsAt}::timestamptz`)).length > 0;
    await waitFor(isPast, { ...soon, what: 'the first lease to be over' });
    expect(nodes.of('began')).toHaveLength(1);
    finish();
    await nodes.untilAt(eventId, 1);
    await first[Symbol.asyncDispose]();
    expect(nodes.handled.map(({ node, what }) => [node, what])).toEqual([
      ['a', 'began'],
      ['a', 'ended'],
    ]);
  });

  test('aborts the handler when another node has taken the event, and does not move the cursor', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    const reasons: unknown[] = [];
    const handle = ({ signal }: ChangesToHandle) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          resolve();
        });
      });
    await nodes.start('a', { handle, leaseMs: 1_500 });
    await waitFor(() => nodes.of('began').length > 0, { ...soon, what: 'the handler' });
    const other = randomUUID();
    await database.rows(sql`
      update consumer_cursors set worker = ${other}::uuid, available_at = now() + interval '1 hour'
      where event_id = ${eventId}::uuid and consumer = ${nodes.name}`);
    await waitFor(() => nodes.of('ended').length > 0, { ...soon, what: 'the handler to end' });
    expect(reasons).toEqual(['the lease was lost']);
    await resources[Symbol.asyncDispose]();
    expect(await nodes.cursor(eventId)).toEqual({ revision: 0, attempts: 0, worker: other });
  });

  test('releases its events at once when it stops, and counts no failure', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    const handle = ({ signal }: ChangesToHandle) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error(signal.reason))));
    const first = await nodes.start('a', { handle, leaseMs: HOUR_MS });
    await waitFor(() => nodes.of('began').length > 0, { ...soon, what: 'the handler' });
    await first[Symbol.asyncDispose]();
    expect(await nodes.cursor(eventId)).toEqual({ revision: 0, attempts: 0, worker: null });
    await nodes.start('b');
    await nodes.untilAt(eventId, 1);
    expect(nodes.handled.map(({ node, what }) => [node, what])).toEqual([
      ['a', 'began'],
      ['a', 'gave up'],
      ['b', 'began'],
      ['b', 'ended'],
    ]);
  });

  test('keeps handled changes when it stops', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    await logChanges(database, eventId, 5);
    const handle = ({ signal }: ChangesToHandle) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const consumer = await nodes.start('a', { handle, batch: 2, leaseMs: HOUR_MS });
    await waitFor(() => nodes.of('began').length > 0, { ...soon, what: 'the handler' });
    await consumer[Symbol.asyncDispose]();
    expect(await nodes.cursor(eventId)).toEqual({ revision: 2, attempts: 0, worker: null });
  });

  test('gives up a hanging handler: others continue, it stops, and another node tries', async () => {
    const nodes = await newNodes();
    const [stuck, other] = [await createSampleEvent(database, 1), await createSampleEvent(database, 1)];
    const handle = ({ eventId }: ChangesToHandle) => (eventId === stuck ? new Promise<void>(() => {}) : setImmediate());
    const limits = { handleWithinMs: 100, endWithinMs: 50, concurrency: 1 };
    const first = await nodes.start('a', { handle, ...limits });
    await nodes.untilAt(other, 1);
    const wasPutOff = async () => (await nodes.cursor(stuck))?.attempts === 1;
    await waitFor(wasPutOff, { ...soon, what: 'the event to be put off' });
    await logChanges(database, other, 1);
    await nodes.untilAt(other, 2);
    // Not a second time in parallel.
    expect(nodes.of('began', stuck)).toHaveLength(1);
    await first[Symbol.asyncDispose]();
    await nodes.start('b');
    await nodes.untilAt(stuck, 1);
    expect(nodes.of('ended', stuck).map(({ node }) => node)).toEqual(['b']);
  });

  test('lets the lease of an event lapse whose handler does not end when the node stops', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    const consumer = await nodes.start('a', { handle: () => new Promise(() => {}), endWithinMs: 50 });
    await waitFor(() => nodes.of('began').length > 0, { ...soon, what: 'the handler' });
    await consumer[Symbol.asyncDispose]();
    expect(await nodes.cursor(eventId)).toEqual({ revision: 0, attempts: 0, worker: expect.any(String) });
  });

  test('polls at once when it is woken', async () => {
    const nodes = await newNodes();
    const consumer = await nodes.start('a', { pollMs: HOUR_MS });
    const eventId = await createSampleEvent(database, 1);
    const isHandled = () => {
      consumer.wake();
      return nodes.of('ended', eventId).length > 0;
    };
    await waitFor(isHandled, { ...soon, what: 'the change to be handled' });
  });

  test('reports that the log has lost unread changes, and continues with the next', async () => {
    const nodes = await newNodes();
    const eventId = await createSampleEvent(database, 1);
    const first = await nodes.start('a');
    await nodes.untilAt(eventId, 1);
    await first[Symbol.asyncDispose]();
    await logChanges(database, eventId, 4);
    await database.rows(sql`delete from event_changes where event_id = ${eventId} and revision in (2, 3)`);
    const lines: { readonly [name: string]: unknown }[] = [];
    const logger = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    await nodes.start('b', { logger });
    await nodes.untilAt(eventId, 5);
    expect(lines).toMatchObject([{ consumer: nodes.name, eventId, handled: 1, next: 4 }]);
    expect(nodes.of('ended').at(-1)).toMatchObject({ first: 4, last: 5 });
  });
});
