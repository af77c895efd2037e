import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import type { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { removeHistory } from '../../src/reservations/history.ts';
import { readChanges } from '../../src/store/change-log.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { endedReservations } from '../../src/store/statements/remove-ended-reservations.ts';
import type { Happenings } from '../../src/telemetry/happenings.ts';
import { beginPayments, book, hold, lapse, requestFor, reserveTogether } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { createTestDatabase, testDatabase } from '../support/database.ts';
import { nodeEnv } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { recordTelemetry } from '../telemetry/recorder.ts';

const logger = pino({ level: 'silent' });
const days = 30;
const running = () => new AbortController().signal;

const telemetry = new EventEmitter<Happenings>();

describe.each(engines)('the history on $engine', async ({ open }) => {
  const database = await open();

  test('removes reservations that ended without a booking long ago and their keyed changes, and nothing else', async () => {
    const eventId = await createSampleEvent(database, 20);
    const cancelled = await cancelledReservations(database, eventId, [[0], [1]]);
    const expired = await expiredReservations(database, eventId, [[2], [3]]);
    const active = await hold(database, eventId, [4]);
    const booked = await hold(database, eventId, [5]);
    await book(database, booked);
    const [oldCancelled = '', youngCancelled = ''] = cancelled;
    const [oldExpired = '', youngExpired = ''] = expired;
    await age(database, [oldCancelled, oldExpired, active.id, booked.id], days + 1);
    await age(database, [youngCancelled, youngExpired], days - 1);
    expect(await keyedChangesOf(database, cancelled)).toEqual([...cancelled].sort());

    const { telemetry, said } = recordTelemetry();
    const removed = await removeHistory({ database, logger, days, telemetry }, running());
    expect(removed).toEqual({ reservations: 2, changes: 0 });
    expect(said('history:removed')).toEqual([
      ['reservations', 2],
      ['changes', 0],
    ]);
    expect(await reservationsOf(database, eventId)).toEqual(
      [youngCancelled, youngExpired, active.id, booked.id].sort(),
    );
    expect(await keyedChangesOf(database, cancelled)).toEqual([youngCancelled]);
  });

  test('removes payments with their reservations, but none that is not settled or took money', async () => {
    const eventId = await createSampleEvent(database, 20);
    const ended = await expiredReservations(database, eventId, singles(4));
    const [failed = '', voided = '', waiting = '', refunded = ''] = ended;
    await beginPayments(database, ...ended.map((id) => ({ eventId, id, totalAmount: 1 })));
    const settled = { [failed]: 'FAILED', [voided]: 'VOIDED', [refunded]: 'REFUNDED' };
    for (const [id, state] of Object.entries(settled))
      await database.rows(
        sql`update payments set state = ${state}::payment_state, due_at = null where event_id = ${eventId} and id = ${id}`,
      );
    await database.rows(sql`update payments set state = 'VOIDED' where event_id = ${eventId} and id = ${waiting}`);
    await database.rows(sql`
      insert into payment_events (event_id, payment_id, provider_event_id, type, at)
      select event_id, id, 'answer voided', 'voided', now() from payments where event_id = ${eventId}`);
    await age(database, ended, days + 1);
    await removeHistory({ database, logger, days, telemetry }, running());
    const left = [waiting, refunded].sort();
    expect(await reservationsOf(database, eventId)).toEqual(left);
    for (const column of [sql`id from payments`, sql`payment_id from payment_events`]) {
      const rows = await database.rows<object>(sql`select ${column} where event_id = ${eventId} order by 1`);
      expect(rows.flatMap((row) => Object.values(row))).toEqual(left);
    }
  });

  test('keeps everything with 0 days', async () => {
    const eventId = await createSampleEvent(database, 20);
    const ids = await expiredReservations(database, eventId, [[0]]);
    await age(database, ids, 10_000);
    await begin(database, [eventId], 10_000);
    const options = { database, logger, telemetry };
    expect(await removeHistory({ ...options, days: 0 }, running())).toEqual({ reservations: 0, changes: 0 });
    expect(await reservationsOf(database, eventId)).toEqual(ids);
    expect(await revisionsOf(database, eventId)).toEqual([1, 2, 3]);
    expect(await removeHistory({ ...options, days: 9_999 }, running())).toEqual({ reservations: 1, changes: 2 });
  });

  test('is removed in steps, over several events, until the signal to stop', async () => {
    const eventIds = [await createSampleEvent(database, 20), await createSampleEvent(database, 20)];
    for (const eventId of eventIds) await age(database, await expiredReservations(database, eventId, singles(13)), 40);
    await begin(database, eventIds, 40);
    const stop = new AbortController();
    const telemetry = new EventEmitter<Happenings>();
    telemetry.once('history:removed', () => stop.abort());
    const steps: [string, number][] = [];
    telemetry.on('history:removed', (what, rows) => steps.push([what, rows]));
    const options = { logger, days, batch: 10, pauseMs: 1, database, telemetry };
    expect(await removeHistory(options, stop.signal)).toEqual({ reservations: 10, changes: 0 });
    expect(await removeHistory(options, running())).toEqual({ reservations: 16, changes: 4 });
    expect(steps).toEqual([
      ['reservations', 10],
      ['reservations', 10],
      ['reservations', 6],
      ['changes', 4],
    ]);
    for (const eventId of eventIds) expect(await reservationsOf(database, eventId)).toEqual([]);
  });

  test('is removed once, by two nodes at a time', async () => {
    const eventId = await createSampleEvent(database, 60);
    await age(database, await expiredReservations(database, eventId, singles(50)), 40);
    const remove = () => removeHistory({ database, logger, days, batch: 7, pauseMs: 1, telemetry }, running());
    const removed = await Promise.all([remove(), remove()]);
    // Concurrent calls may have left the last ones to each other.
    removed.push(await remove());
    expect(removed.reduce((sum, { reservations }) => sum + reservations, 0)).toBe(50);
    expect(await reservationsOf(database, eventId)).toEqual([]);
  });

  test('removes the idempotency key, which can be used again', async () => {
    const eventId = await createSampleEvent(database, 20);
    const request = { viewerId: randomUUID(), reservationId: randomUUID(), idempotencyKey: 'a key' };
    const first = await hold(database, eventId, [0], request);
    await lapse(database, first);
    await expireReservations(database, eventId, [first.id]);
    await age(database, [first.id], days + 1);
    await removeHistory({ database, logger, days, telemetry }, running());
    expect(await hold(database, eventId, [1], request)).toMatchObject({ status: 'ACTIVE', seatIndexes: [1] });
  });

  test('loses the changes of events that began long ago, in steps, but never the last of an event', async () => {
    const [old, young] = [await createSampleEvent(database, 40), await createSampleEvent(database, 40)];
    const { id: reservationId, viewerId } = await hold(database, old, [30]);
    for (const eventId of [old, young]) for (const [index = 0] of singles(21)) await hold(database, eventId, [index]);
    await begin(database, [old], days + 1);
    await begin(database, [young], days - 1);
    const { telemetry, said } = recordTelemetry();
    const options = { database, logger, days, batch: 10, pauseMs: 1, telemetry };
    expect(await removeHistory(options, running())).toEqual({ reservations: 0, changes: 22 });
    expect(said('history:removed').filter(([what]) => what === 'changes')).toEqual([
      ['changes', 10],
      ['changes', 10],
      ['changes', 2],
    ]);
    expect(await revisionsOf(database, old)).toEqual([23]);
    expect(await revisionsOf(database, young)).toHaveLength(22);
    await cancelReservations(database, old, [{ reservationId, viewerId, seatIndexes: null }]);
    expect(await revisionsOf(database, old)).toEqual([23, 24]);
    expect(await removeHistory(options, running())).toEqual({ reservations: 0, changes: 1 });
    expect(await revisionsOf(database, old)).toEqual([24]);
  });

  test('loses the changes of an event once, by two nodes at a time', async () => {
    const eventId = await createSampleEvent(database, 60);
    for (const [index = 0] of singles(40)) await hold(database, eventId, [index]);
    await begin(database, [eventId], days + 1);
    const remove = () => removeHistory({ database, logger, days, batch: 7, pauseMs: 1, telemetry }, running());
    const removed = await Promise.all([remove(), remove()]);
    // Concurrent calls may have left the last ones to each other.
    removed.push(await remove());
    expect(removed.reduce((sum, { changes }) => sum + changes, 0)).toBe(40);
    expect(await revisionsOf(database, eventId)).toEqual([41]);
  });
});

test('a node removes the history soon after its start, which its log and metrics show', async () => {
  await using own = await createTestDatabase();
  await using database = await openDatabase({ kind: 'postgres', url: own.url, poolSize: 1 });
  const eventId = await createSampleEvent(database, 20);
  const ids = await expiredReservations(database, eventId, singles(3));
  await age(database, ids.slice(1), 2);
  await begin(database, [eventId], 2);

  const lines: string[] = [];
  let metrics: Registry | undefined;
  const env = { ...nodeEnv, DATABASE_URL: own.url, HISTORY_DAYS: '1', METRICS_PORT: '0' };
  await using _node = await createApp(readConfig(env), {
    logger: pino({ level: 'info' }, { write: (line) => lines.push(line) }),
    offerMetrics: (registry) => {
      metrics = registry;
    },
  });
  const line = () => lines.find((each) => each.includes('changes of events'));
  expect(await waitFor(line, { withinMs: 60_000, what: 'the line in the log' })).toContain(
    'removed 2 changes of events that began more than 1 day ago',
  );
  expect(lines.join('')).toContain('removed 2 reservations that ended more than 1 day ago');
  expect(await reservationsOf(database, eventId)).toEqual(ids.slice(0, 1));
  expect(await revisionsOf(database, eventId)).toEqual([3]);
  const text = await metrics?.metrics();
  expect(text).toContain('holdfast_removed_reservations_total 2\n');
  expect(text).toContain('holdfast_removed_changes_total 2\n');
});

test('the history is found by its index', async () => {
  const { url } = await testDatabase();
  await using database = await openDatabase({ kind: 'postgres', url, poolSize: 1 });
  const plan = await database.transaction(async ({ rows, query }) => {
    // Postgres would choose a scan for the few rows of a test.
    await rows(sql`set local enable_seqscan = off`);
    const explained: unknown[] = [];
    await endedReservations(
      {
        query,
        rows: async (statement) => {
          explained.push(...(await rows(sql`explain ${statement}`)));
          return [];
        },
      },
      days,
      10,
    );
    return JSON.stringify(explained);
  });
  expect(plan).toContain('Index Scan using reservations_ended on reservations');
  expect(plan).not.toContain('Sort Key: reservations.expires_at');
});

const singles = (count: number) => Array.from({ length: count }, (_, index) => [index]);

async function heldReservations(database: Database, eventId: string, seats: readonly number[][]) {
  const outcomes = await reserveTogether(
    database,
    eventId,
    seats.map((indexes) => requestFor(indexes)),
  );
  return outcomes.map((outcome) => {
    if (outcome.outcome !== 'reserved') throw new Error(`not reserved: ${JSON.stringify(outcome)}`);
    return outcome.reservation;
  });
}

async function expiredReservations(database: Database, eventId: string, seats: readonly number[][]): Promise<string[]> {
  const held = await heldReservations(database, eventId, seats);
  await lapse(database, ...held);
  const ids = held.map(({ id }) => id);
  await expireReservations(database, eventId, ids);
  return ids;
}

/** Each with an idempotency key. */
async function cancelledReservations(database: Database, eventId: string, seats: readonly number[][]) {
  const held = await heldReservations(database, eventId, seats);
  const requests = held.map(({ id, viewerId }) => ({
    ...{ reservationId: id, viewerId, seatIndexes: null, change: { name: randomUUID(), contents: randomUUID() } },
  }));
  await cancelReservations(database, eventId, requests);
  return held.map(({ id }) => id);
}

/** Moves their deadlines this many days into the past. */
async function age(database: Database, ids: readonly string[], daysAgo: number): Promise<void> {
  await database.rows(sql`
    update reservations
    set created_at = now() - (${daysAgo}::int + 1) * interval '1 day', expires_at = now() - ${daysAgo}::int * interval '1 day'
    where id = any(${sql.param(ids)}::uuid[])`);
}

/** Moves their beginnings this many days into the past. */
async function begin(database: Database, eventIds: readonly string[], daysAgo: number): Promise<void> {
  await database.rows(sql`
    update events set starts_at = now() - ${daysAgo}::int * interval '1 day'
    where id = any(${sql.param(eventIds)}::uuid[])`);
}

/** Of the stored changes. */
async function revisionsOf(database: Database, eventId: string): Promise<number[]> {
  const changes = await readChanges(database, eventId, { after: 0, limit: 1_000 });
  return changes.map(({ revision }) => revision);
}

/** Their ids, ascending. */
async function reservationsOf(database: Database, eventId: string): Promise<string[]> {
  const rows = await database.rows<{ id: string }>(sql`select id from reservations where event_id = ${eventId}::uuid`);
  return rows.map(({ id }) => id).sort();
}

/** Ids of the reservations that have keyed changes, ascending. */
async function keyedChangesOf(database: Database, ids: readonly string[]): Promise<string[]> {
  const rows = await database.rows<{ id: string }>(sql`
    select reservation_id as id from keyed_changes where reservation_id = any(${sql.param(ids)}::uuid[])`);
  return rows.map(({ id }) => id).sort();
}
