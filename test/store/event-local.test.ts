import { randomUUID } from 'node:crypto';
import { getTableColumns, getTableName, is, type Query, sql } from 'drizzle-orm';
import { PgDialect, PgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { removeOldChanges } from '../../src/store/change-log.ts';
import { takeCursor, updateCursor } from '../../src/store/consumer-cursors.ts';
import type { Database, Orm, Statement } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { PreparedStatement } from '../../src/store/engine/prepared.ts';
import { updateSalesStatus } from '../../src/store/queries/events.ts';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import { bookLate } from '../../src/store/statements/book-late.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { fencePayments } from '../../src/store/statements/fence-payments.ts';
import { removeEndedReservations } from '../../src/store/statements/remove-ended-reservations.ts';
import { transferReservations } from '../../src/store/statements/transfer-reservations.ts';
import { claimPayments, updatePayments } from '../../src/store/statements/update-payments.ts';
import * as tables from '../../src/store/tables.ts';
import { testDatabase } from '../support/database.ts';
import { beginPayments, confirmationOf, fenceRequestOf, hold, lapse } from './buyers.ts';
import { createSampleEvent } from './sample-event.ts';
import { parseStatement, type SqlStatement } from './sql-statement.ts';

const { url } = await testDatabase();
const dialect = new PgDialect();

/** Tables with rows of events. */
const eventTables: string[] = Object.values(tables)
  .filter((table) => is(table, PgTable))
  .filter((table) => table === tables.events || 'eventId' in getTableColumns(table))
  .map(getTableName);

/** Every kind of statement that changes an event, and their locks. */
async function statementsOfASale(database: Database): Promise<SqlStatement[]> {
  const texts = new Set<string>();
  const note = (statement: Statement) =>
    texts.add(statement instanceof PreparedStatement ? statement.sql : dialect.sqlToQuery(statement).sql);
  const recording: Database = Object.assign(Object.create(database), {
    rows: (statement: Statement) => {
      note(statement);
      return database.rows(statement);
    },
    query: <Result>(build: (orm: Orm) => PromiseLike<Result>) =>
      database.query((orm) => {
        const query: PromiseLike<Result> & { toSQL?(): Query } = build(orm);
        texts.add(query.toSQL?.().sql ?? expect.fail('the query has no SQL'));
        return query;
      }),
    pipeline: (statements: readonly Statement[]) => {
      statements.forEach(note);
      return database.pipeline(statements);
    },
  });
  const eventId = await createSampleEvent(database, 20);
  const keyed = () => ({ idempotencyKey: randomUUID() });
  const [one, other, third] = [
    await hold(recording, eventId, [1], keyed()),
    await hold(recording, eventId, [2], keyed()),
    await hold(recording, eventId, [3], keyed()),
  ];
  const asked = ({ id: reservationId, viewerId }: typeof one) => ({
    ...{ reservationId, viewerId, seatIndexes: null, change: { name: randomUUID(), contents: randomUUID() } },
  });
  await extendReservations(recording, eventId, [asked(one)], { extensionSeconds: 9, maxExtensions: 1 });
  await fencePayments(recording, eventId, [fenceRequestOf(one)], { paymentSeconds: 5_000, marginSeconds: 5 });
  const confirmation = confirmationOf(one);
  await confirmReservations(recording, eventId, [confirmation]);
  await updatePayments(recording, eventId, [
    {
      ...{ id: one.id, from: ['AUTHORIZED'], to: 'CAPTURED', reference: null, refunded: 0, disputed: false },
      ...{ attempts: 0, dueInMs: null, answer: 'captured' },
    },
  ]);
  await transferReservations(recording, eventId, { from: one.viewerId, to: 'the claimer' }, 500);
  await claimPayments(recording, eventId, [one.id], 9_000);
  await cancelReservations(recording, eventId, [asked(other)]);
  await beginPayments(database, third);
  await lapse(database, third);
  await expireReservations(recording, eventId, [third.id]);
  await bookLate(recording, eventId, { ...confirmationOf(third), viewerId: 'a stranger' });
  await blockSeats(recording, eventId, [4], 'BLOCKED', 'organizer');
  await updateSalesStatus(recording, eventId, 'PAUSED', 'organizer');
  await removeEndedReservations(recording, { eventId, reservationIds: [third.id] }, 0);
  await removeOldChanges(recording, eventId, 1);
  await moveCursor(recording, eventId);
  return Promise.all([...texts].map(parseStatement));
}

async function moveCursor(database: Database, eventId: string): Promise<void> {
  const consumer = randomUUID();
  await database.rows(sql`insert into consumers (name) values (${consumer})`);
  const key = { eventId, consumer, worker: randomUUID() };
  await takeCursor(database, key, 9_000);
  await updateCursor(database, key, { from: 0, revision: 1, attempts: 0, keeps: false, forMs: 0 });
  await database.rows(sql`delete from consumers where name = ${consumer}`);
}

const ofEvents = ({ tablesOfAnyEvent }: SqlStatement) => tablesOfAnyEvent.filter((name) => eventTables.includes(name));

test('writes of an event touch only its own rows, and can be routed by the event', async () => {
  await using database = await openDatabase({ kind: 'postgres', url, poolSize: 2 });
  const statements = await statementsOfASale(database);
  const writing = statements.filter(({ writes }) => writes);
  // Reserve, extend, fence, confirm, late, transfer, two of payments, cancel, expire, block, sales status, two of history, four of the cursor.
  expect(writing).toHaveLength(18);
  expect(writing.flatMap(ofEvents)).toEqual([]);
  // A distributed Postgres refuses these, because statements run on the shards and their replicas.
  expect(writing.flatMap(({ computedReturns }) => computedReturns)).toEqual([]);
  expect(writing.flatMap(({ lateralLimits }) => lateralLimits)).toEqual([]);
  const functions = [...new Set(writing.flatMap((statement) => statement.functions))];
  expect(functions).toContain('statement_timestamp');
  const volatile = await database.rows(sql`
    select distinct proname as name from pg_proc
    where provolatile = 'v' and proname = any(${sql.param(functions)}::text[])`);
  expect(volatile).toEqual([]);
  // Keys are unique to a viewer over all events, and references to a booking.
  const others = statements.filter(({ writes }) => !writes).flatMap(ofEvents);
  expect(others.sort()).toEqual(['bookings', 'keyed_changes', 'reservations']);
});

test('unique indexes include the event, and foreign keys stay within it', async () => {
  await using database = await openDatabase({ kind: 'postgres', url, poolSize: 2 });
  const constraints = await database.rows<{ name: string; table: string; refers: string; columns: string[] }>(sql`
    select keys.name, keys.table, coalesce(keys.refers, '') as refers, array_agg(attname::text) as columns
    from (
      select indexrelid::regclass::text as name, indrelid as relation, indrelid::regclass::text as "table", null as refers,
        indkey::smallint[] as columns
      from pg_index where indisunique
      union all
      select conname, conrelid, conrelid::regclass::text, confrelid::regclass::text, conkey
      from pg_constraint where contype = 'f'
    ) as keys
    join pg_attribute on attrelid = keys.relation and attnum = any(keys.columns)
    where keys.table = any(${sql.param(eventTables)}::text[])
    group by 1, 2, 3`);
  expect(constraints.length).toBeGreaterThan(15);
  const across = constraints.filter(
    ({ table, refers, columns }) =>
      !columns.includes(table === 'events' ? 'id' : 'event_id') && (refers === '' || eventTables.includes(refers)),
  );
  expect(across).toEqual([]);
});

test('the check finds tables without a condition on the event, and what a distributed Postgres refuses', async () => {
  const { tablesOfAnyEvent, computedReturns, lateralLimits } = await parseStatement(`
    with
      found as (select * from reservations where event_id = $1::uuid and id = $2),
      joined as (
        select * from found join bookings on bookings.event_id = found.event_id
        cross join lateral (select * from booked_seats where event_id = $1 and booking_id = bookings.id limit 1) as one
        where exists (select from seats where seats.event_id = $1 or seats.index = 3)
        union all select * from found join payments on payments.event_id = $1
        union all select * from found join booked_seats on booked_seats.booking_id = found.id
      ),
      made as (insert into keyed_changes (name, event_id) select $2, joined.event_id from joined),
      noted as (insert into event_heads (event_id) values ($1))
    update seats set status = 'BOOKED' from joined where seats.event_id = $1::uuid returning lower(seats.number)`);
  expect([...tablesOfAnyEvent].sort()).toEqual(['booked_seats', 'bookings', 'keyed_changes', 'seats']);
  expect(computedReturns).toHaveLength(1);
  expect(lateralLimits).toHaveLength(1);
});
