import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { eventsWithOldChanges, readChanges, removeOldChanges } from '../../src/store/change-log.ts';
import {
  findDueEvents,
  readBacklogs,
  registerConsumer,
  takeCursor,
  updateCursor,
} from '../../src/store/consumer-cursors.ts';
import type { Database, Session } from '../../src/store/engine/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { hold } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

const LONG_MS = 60_000;

describe.each(engines)('the cursors of consumers on $engine', async ({ open }) => {
  const database = await open();

  async function newConsumer(start: 'beginning' | 'now' = 'now'): Promise<string> {
    const name = `consumer ${randomUUID()}`;
    await registerConsumer(database, name, start);
    return name;
  }

  const dueFor = async (consumer: string, limit = 1_000) =>
    (await findDueEvents(database, consumer, { limit, since: null })).eventIds;

  /** An event with this number of `changes` that a registered consumer has not read. */
  async function eventWith(changes: number): Promise<string> {
    const eventId = await createSampleEvent(database, 20);
    for (let index = 1; index < changes; index += 1) await hold(database, eventId, [index]);
    return eventId;
  }

  test('begin with the oldest change, or after the newest', async () => {
    const before = await eventWith(2);
    const [fromBeginning, fromNow] = [await newConsumer('beginning'), await newConsumer('now')];
    const after = await eventWith(1);
    expect(await dueFor(fromBeginning)).toEqual(expect.arrayContaining([before, after]));
    expect(await dueFor(fromNow)).toEqual([after]);
    await hold(database, before, [9]);
    expect((await dueFor(fromNow)).toSorted()).toEqual([before, after].sort());
    const key = { eventId: before, consumer: fromNow, worker: randomUUID() };
    expect(await takeCursor(database, key, LONG_MS)).toEqual({ revision: 2, attempts: 0 });
  });

  test('are unchanged when any number of nodes register the consumer again', async () => {
    const name = `consumer ${randomUUID()}`;
    const before = await eventWith(1);
    await Promise.all(Array.from({ length: 5 }, () => registerConsumer(database, name, 'now')));
    await hold(database, before, [3]);
    const after = await eventWith(1);
    await registerConsumer(database, name, 'now');
    expect((await dueFor(name)).toSorted()).toEqual([before, after].sort());
  });

  test('of one event are leased to one node at a time', async () => {
    const consumer = await newConsumer();
    const eventId = await eventWith(1);
    const workers = Array.from({ length: 8 }, () => randomUUID());
    const taken = await Promise.all(
      workers.map((worker) => takeCursor(database, { eventId, consumer, worker }, LONG_MS)),
    );
    expect(taken.filter((cursor) => cursor !== null)).toEqual([{ revision: 0, attempts: 0 }]);
    expect(await dueFor(consumer)).toEqual([]);
    const others = await newConsumer('beginning');
    expect(await takeCursor(database, { eventId, consumer: others, worker: randomUUID() }, LONG_MS)).not.toBeNull();
  });

  test('can be taken by others once the lease has lapsed, and not moved by the former owner', async () => {
    const consumer = await newConsumer();
    const eventId = await eventWith(3);
    const dead = { eventId, consumer, worker: randomUUID() };
    const heir = { eventId, consumer, worker: randomUUID() };
    await takeCursor(database, dead, 50);
    const taken = () => takeCursor(database, heir, LONG_MS);
    expect(await waitFor(taken, { withinMs: 10_000, what: 'the lease to lapse' })).toEqual({
      revision: 0,
      attempts: 0,
    });
    const moved = { revision: 2, attempts: 0, keeps: true, forMs: LONG_MS, from: 0 };
    expect(await updateCursor(database, dead, moved)).toBe(false);
    expect(await updateCursor(database, heir, moved)).toBe(true);
    expect(await updateCursor(database, heir, moved)).toBe(false);
    expect(await updateCursor(database, heir, { ...moved, from: 2, keeps: false, forMs: 0 })).toBe(true);
    expect(await updateCursor(database, heir, { ...moved, from: 2 })).toBe(false);
    expect(
      await waitFor(() => takeCursor(database, dead, LONG_MS), { withinMs: 10_000, what: 'it to be free' }),
    ).toEqual({
      revision: 2,
      attempts: 0,
    });
  });

  test('can be moved by the owner after the lease has lapsed, if nobody else has taken it', async () => {
    const consumer = await newConsumer();
    const slow = { eventId: await eventWith(2), consumer, worker: randomUUID() };
    await takeCursor(database, slow, 1);
    await waitFor(async () => (await dueFor(consumer)).length > 0, { withinMs: 10_000, what: 'the lease to lapse' });
    const moved = { revision: 1, attempts: 0, keeps: true, forMs: LONG_MS, from: 0 };
    expect(await updateCursor(database, slow, moved)).toBe(true);
    expect(await dueFor(consumer)).toEqual([]);
  });

  test('hide a postponed event from all nodes, and return when it is due', async () => {
    const consumer = await newConsumer();
    const [putOff, other] = [await eventWith(1), await eventWith(1)];
    const key = { eventId: putOff, consumer, worker: randomUUID() };
    await takeCursor(database, key, LONG_MS);
    await updateCursor(database, key, { from: 0, revision: 0, attempts: 1, keeps: false, forMs: 30_000 });
    const { eventIds, nextInMs } = await findDueEvents(database, consumer, { limit: 9, since: null });
    expect(eventIds).toEqual([other]);
    expect(nextInMs).toBeGreaterThan(0);
    expect(nextInMs).toBeLessThanOrEqual(30_001);
    expect(await takeCursor(database, key, LONG_MS)).toBeNull();
  });

  test('are looked at again only after something was committed', async () => {
    const consumer = await newConsumer();
    const eventId = await eventWith(1);
    const look = (session: Session, since: string | null) => findDueEvents(session, consumer, { limit: 9, since });
    // A transaction keeps its snapshot, while other tests commit on the same server.
    const { snapshot } = await database.transaction(async (session) => {
      await session.rows(sql`set transaction isolation level repeatable read`);
      const first = await look(session, null);
      const scansBefore = await scansOfHeads(session);
      expect(await look(session, first.snapshot)).toEqual({ ...first, eventIds: [], nextInMs: null });
      expect(await scansOfHeads(session)).toEqual(scansBefore);
      expect(await look(session, 'another')).toEqual(first);
      expect(await scansOfHeads(session)).not.toEqual(scansBefore);
      return first;
    });
    await hold(database, eventId, [4]);
    const after = await look(database, snapshot);
    expect(after.eventIds).toEqual([eventId]);
    expect(after.snapshot).not.toBe(snapshot);
  });

  test('find the requested number of events, each with the same probability', async () => {
    const consumer = await newConsumer();
    const events = await Promise.all(Array.from({ length: 6 }, () => eventWith(1)));
    const found = new Set<string>();
    const foundAll = async () => {
      const due = await dueFor(consumer, 2);
      expect(due).toHaveLength(2);
      for (const eventId of due) found.add(eventId);
      return found.size === events.length;
    };
    await waitFor(foundAll, { withinMs: 10_000, what: 'each to be found' });
  });

  test('prevent the removal of unhandled changes', async () => {
    const [slow, fast] = [await newConsumer(), await newConsumer()];
    const eventId = await eventWith(6);
    await database.rows(sql`update events set starts_at = now() - interval '40 days' where id = ${eventId}`);
    const handle = async (consumer: string, revision: number) => {
      const key = { eventId, consumer, worker: randomUUID() };
      const taken = await waitFor(() => takeCursor(database, key, LONG_MS), { withinMs: 10_000, what: 'the cursor' });
      await updateCursor(database, key, { from: taken.revision, revision, attempts: 0, keeps: false, forMs: 0 });
    };
    const isOld = async () => (await eventsWithOldChanges(database, 30, 1_000)).includes(eventId);
    const removeAll = () => removeOldChanges(database, eventId, 100);
    const left = async () =>
      (await readChanges(database, eventId, { after: 0, limit: 100 })).map(({ revision }) => revision);

    // Cursors of other tests have not read it either.
    await database.rows(sql`delete from consumers where name not in (${slow}, ${fast})`);
    await handle(fast, 6);
    expect([await isOld(), await removeAll()]).toEqual([false, 0]);
    await handle(slow, 2);
    expect([await isOld(), await removeOldChanges(database, eventId, 1), await removeAll()]).toEqual([true, 1, 1]);
    expect([await isOld(), await left()]).toEqual([false, [3, 4, 5, 6]]);
    await handle(slow, 6);
    expect([await isOld(), await removeAll(), await left()]).toEqual([true, 3, [6]]);
    await database.rows(sql`delete from consumers where name = ${slow}`);
    expect(await isOld()).toBe(false);
  });

  test('count what is left to do', async () => {
    const consumer = await newConsumer();
    const backlog = async () => (await readBacklogs(database)).find((one) => one.consumer === consumer);
    expect(await backlog()).toEqual({ consumer, changes: 0, oldestMs: 0, failingEvents: 0 });
    const [failing, fresh] = [await eventWith(3), await eventWith(2)];
    await database.rows(sql`
      update event_changes set at = at - interval '1 hour' where event_id = ${failing} and revision >= 2`);
    const key = { eventId: failing, consumer, worker: randomUUID() };
    await takeCursor(database, key, LONG_MS);
    await updateCursor(database, key, { from: 0, revision: 1, attempts: 4, keeps: false, forMs: LONG_MS });
    const { changes, oldestMs, failingEvents } = (await backlog()) ?? {};
    expect({ changes, failingEvents }).toEqual({ changes: 4, failingEvents: 1 });
    expect(oldestMs).toBeGreaterThanOrEqual(3_600_000);
    expect(oldestMs).toBeLessThan(3_900_000);
    expect(await dueFor(consumer)).toEqual([fresh]);
  });
});

/** Number of scans in this transaction so far. */
function scansOfHeads(session: Session): Promise<unknown[]> {
  return session.rows(sql`select seq_scan, idx_scan from pg_stat_xact_user_tables where relname = 'event_heads'`);
}

test.each(engines)('a database without consumers keeps nothing for them, on $engine', async ({ open }) => {
  const database: Database = await open();
  const eventId = await createSampleEvent(database, 5);
  await hold(database, eventId, [1]);
  await database.rows(sql`update events set starts_at = now() - interval '40 days' where id = ${eventId}`);
  expect(await eventsWithOldChanges(database, 30, 9)).toEqual([eventId]);
  expect(await removeOldChanges(database, eventId, 9)).toBe(1);
  expect(await readBacklogs(database)).toEqual([]);
});
