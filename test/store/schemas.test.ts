import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/engine/open.ts';
import { countEvents } from '../../src/store/queries/events.ts';
import { databaseName, onServer } from '../support/create-database.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { createTemplate } from '../support/template.ts';
import { createSampleEvent } from './sample-event.ts';

let server: PostgresServer;
let url: string;
/** A role without rights, a new one for each test, because roles belong to the server. */
let app: string;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());
/** An empty database, where `app` has the rights of everyone. */
beforeEach(async () => {
  url = await server.createDatabase();
  app = `app_${randomUUID().slice(0, 8)}`;
  await asOwner('create role app login');
});

/** Runs statements as the superuser, who owns the database. They name the role `app`. */
function asOwner(statements: string): Promise<unknown> {
  return onServer(url, (sql) => sql.unsafe(statements.replace(/\bapp\b/g, app)));
}

/** Migrates and creates an event, with this role and these parameters. */
async function install({ role = app, query = '' } = {}): Promise<readonly string[]> {
  const named = `${url.replace('postgres@', `${role}@`)}${query}`;
  await using database = await openDatabase({ kind: 'postgres', url: named, poolSize: 1 });
  const applied = await database.migrate();
  await createSampleEvent(database, 2);
  expect(await countEvents(database)).toBe(1);
  return applied;
}

/** Number of tables and types by schema, without Postgres' own schemas. */
async function schemas(): Promise<Record<string, number>> {
  const rows = await onServer(
    url,
    (sql) => sql<{ schema: string; count: number }[]>`
      select nspname as schema, count(*)::int from pg_type join pg_namespace on pg_namespace.oid = typnamespace
      where nspname !~ '^pg_' and nspname <> 'information_schema' group by nspname order by nspname`,
  );
  return Object.fromEntries(rows.map(({ schema, count }) => [schema, count]));
}

test('two applications in one database have a schema each, which is created, and nothing elsewhere', async () => {
  await asOwner(`grant create on database ${databaseName(url)} to app`);
  await install({ query: '?schema=tickets' });
  await install({ query: `?options=${encodeURIComponent('-c search_path=Shows')}` });
  await install({ role: 'postgres' });
  const { tickets, shows, public: inPublic, ...others } = await schemas();
  expect(tickets).toBeGreaterThan(20);
  expect([shows, inPublic, others]).toEqual([tickets, tickets, {}]);
});

test('the search path of the role decides, as behind a pooler', async () => {
  await asOwner('create schema tickets authorization app; alter role app set search_path = tickets');
  expect(await install()).toContain('0001_leave_room_for_hot_updates');
  expect(Object.keys(await schemas())).toEqual(['tickets']);
});

test.each([
  ['', '', /may not create tables in the schema public; .*: grant usage, create on schema public to app$/],
  ['', '?schema=tickets', /it has no schema tickets; .*: create schema tickets authorization app$/],
  [
    'create schema tickets',
    '?schema=tickets',
    /may not use the schema tickets; .*: grant usage, create on schema tickets to app$/,
  ],
  [
    'create schema tickets; grant usage on schema tickets to app',
    '?schema=tickets',
    /may not create tables in the schema tickets;/,
  ],
])('says which right is missing, and changes nothing: %j %j', async (prepared, query, message) => {
  if (prepared !== '') await asOwner(prepared);
  await expect(install({ query })).rejects.toThrow(new RegExp(message.source.replace(/ app\b/, ` ${app}`)));
  expect(await schemas()).toEqual({});
});

test("a role may serve on another role's tables with read and write rights, and gets an error that names missing ones", async () => {
  await install({ role: 'postgres' });
  await expect(install()).rejects.toThrow(/permission denied for table __drizzle_migrations; grant it to the role/);
  await asOwner('grant select on all tables in schema public to app');
  await expect(install()).rejects.toThrow(
    /may not read and write the table \w+; .*: grant select, insert, update, delete on all tables in schema public to app_\w+$/,
  );
  await asOwner('grant select, insert, update, delete on all tables in schema public to app; truncate events cascade');
  expect(await install()).toEqual([]);
});

test('tables of an earlier version are not created again', async () => {
  const template = await createTemplate(server.url('postgres'));
  url = await server.createDatabase({ template });
  expect(await install({ role: 'postgres' })).toEqual([]);
});

test('the migrations of another application with Drizzle are ignored', async () => {
  await asOwner(`create schema drizzle;
    create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
    insert into drizzle.__drizzle_migrations (hash, created_at) values ('theirs', 9999999999999)`);
  expect(await install({ role: 'postgres' })).toContain('0000_events_seats_reservations_bookings');
});

test.each(['SQL_ASCII', 'LATIN1'])('a database whose encoding is %s is refused', async (encoding) => {
  await asOwner(`create database "${encoding}" encoding '${encoding}' template template0 locale 'C'`);
  url = server.url(encoding);
  await expect(install({ role: 'postgres' })).rejects.toThrow(
    new RegExp(`^the database cannot be used: its encoding is ${encoding}, .*encoding 'UTF8'.* \\(${encoding} at 127`),
  );
});
