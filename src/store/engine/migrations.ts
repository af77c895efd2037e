import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getTableName, is, type SQL, sql } from 'drizzle-orm';
import { type MigrationConfig, readMigrationFiles } from 'drizzle-orm/migrator';
import { PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Telemetry } from '../../telemetry/happenings.ts';
import * as tables from '../tables.ts';
import type { Session } from './database.ts';
import { StoreUnusable } from './unusable.ts';

const RECORD = '__drizzle_migrations';
/**
 * First half of the key of an advisory lock. The lock is the transaction's: one of a session would stay behind on a pooler's connection.
 */
const MIGRATION_LOCK = 1;
const journalFormat = z.object({ entries: z.array(z.object({ when: z.number(), tag: z.string() })) });

interface Migration {
  /** Identifies it in the record of what was applied. */
  readonly when: number;
  readonly tag: string;
  readonly hash: string;
  readonly statements: readonly string[];
}

/**
 * Applies the missing migrations inside the session's transaction, and returns their names. Drizzle's own migrator is not used: it
 * begins its own transaction, so that no lock can be taken in it, keeps its record in a schema that applications would share, and needs
 * rights even when there is nothing to do.
 * @throws StoreUnusable if the role lacks a right
 */
export async function applyMigrations(session: Session, config: MigrationConfig): Promise<readonly string[]> {
  const migrations = await readMigrations(config);
  const schema = await schemaOfTables(session);
  const { record, applied } = await findRecord(session, schema, migrations[0]?.when ?? 0);
  const missing = migrations.filter(({ when }) => !applied?.has(when));
  if (missing.length > 0) await expectRightToCreate(session, schema);
  if (applied === null)
    await session.rows(sql`create table ${record} (id serial primary key, hash text not null, created_at bigint)`);
  for (const { statements, hash, when } of missing) {
    for (const statement of statements) await session.rows(sql.raw(statement));
    await session.rows(sql`insert into ${record} (hash, created_at) values (${hash}, ${when})`);
  }
  await expectRightsOnTables(session, schema);
  return missing.map(({ tag }) => tag);
}

/** Drizzle writes `public` before types and referenced tables; without it the search path decides, as everywhere else. */
async function readMigrations(config: MigrationConfig): Promise<readonly Migration[]> {
  const journal = await readFile(join(config.migrationsFolder, 'meta/_journal.json'), 'utf8');
  const { entries } = journalFormat.parse(JSON.parse(journal));
  return readMigrationFiles(config).map(({ sql: statements, hash }, at) => ({
    when: entries[at]?.when ?? 0,
    tag: entries[at]?.tag ?? '',
    hash,
    statements: statements.map((statement) => statement.replaceAll('"public".', '')),
  }));
}

/** The first schema of the search path, which is created if it does not exist. */
async function schemaOfTables(session: Session): Promise<string> {
  const [found] = await session.rows<{ schema: string | null; path: string; role: string }>(
    sql`select current_schema() as schema, current_setting('search_path') as path, current_user as role`,
  );
  const { schema = null, path = '', role = '' } = found ?? {};
  const first = firstOf(path);
  if (schema !== null && (first === '$user' || first === schema)) return schema;
  // A schema named after the role exists only where somebody created it.
  const wanted = first === '$user' ? firstOf(path.replace(/^[^,]*,/, '')) : first;
  const [rights] = await session.rows<{ exists: boolean; creates: boolean }>(sql`
    select exists (select from pg_namespace where nspname = ${wanted}) as "exists",
      has_database_privilege(current_database(), 'create') as "creates"`);
  if (rights?.exists)
    throw lacking(
      `the role ${role} may not use the schema ${wanted}`,
      `grant usage, create on schema ${wanted} to ${role}`,
    );
  if (!rights?.creates) throw lacking(`it has no schema ${wanted}`, `create schema ${wanted} authorization ${role}`);
  await session.rows(sql`create schema ${sql.identifier(wanted)}`);
  return wanted;
}

/** `"$user", public` → `$user` */
function firstOf(searchPath: string): string {
  const [, quoted, plain = ''] = /^\s*(?:"((?:[^"]|"")*)"|([^",\s]+))/.exec(searchPath) ?? [];
  return quoted?.replaceAll('""', '"') ?? plain.toLowerCase();
}

interface MigrationRecord {
  readonly record: SQL;
  /** Null if there is no record yet. */
  readonly applied: ReadonlySet<number> | null;
}

/** In the schema of the tables, or in `drizzle`, where earlier versions of Holdfast have put it. */
async function findRecord(session: Session, schema: string, firstMoment: number): Promise<MigrationRecord> {
  const earlier = schema === 'public' ? await recordIn(session, 'drizzle') : null;
  return earlier?.applied?.has(firstMoment) ? earlier : recordIn(session, schema);
}

async function recordIn({ rows }: Session, schema: string): Promise<MigrationRecord> {
  const record = sql`${sql.identifier(schema)}.${sql.identifier(RECORD)}`;
  const found = await rows(sql`
    select tablename from pg_tables
    where schemaname = ${schema} and tablename = ${RECORD} and has_schema_privilege(schemaname, 'usage')`);
  if (found.length === 0) return { record, applied: null };
  const applied = await rows<{ moment: string | number }>(sql`select created_at as moment from ${record}`);
  return { record, applied: new Set(applied.map(({ moment }) => Number(moment))) };
}

async function expectRightToCreate({ rows }: Session, schema: string): Promise<void> {
  const [right] = await rows<{ creates: boolean; role: string }>(
    sql`select has_schema_privilege(${schema}, 'create') as creates, current_user as role`,
  );
  if (right?.creates) return;
  const role = right?.role ?? '';
  throw lacking(
    `the role ${role} may not create tables in the schema ${schema}`,
    `grant usage, create on schema ${schema} to ${role}`,
  );
}

/** The tables may have been created by another role. */
async function expectRightsOnTables({ rows }: Session, schema: string): Promise<void> {
  const names = sql.join(
    Object.values(tables)
      .filter((table) => is(table, PgTable))
      .map((table) => sql`${getTableName(table)}`),
    sql`, `,
  );
  const [denied] = await rows<{ table: string; role: string }>(sql`
    select tablename as "table", current_user as role from pg_tables
    where schemaname = ${schema} and tablename in (${names})
      and not (has_table_privilege(format('%I.%I', schemaname, tablename), 'select')
        and has_table_privilege(format('%I.%I', schemaname, tablename), 'insert')
        and has_table_privilege(format('%I.%I', schemaname, tablename), 'update')
        and has_table_privilege(format('%I.%I', schemaname, tablename), 'delete'))
    limit 1`);
  if (denied === undefined) return;
  const { table, role } = denied;
  throw lacking(
    `the role ${role} may not read and write the table ${table}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
  );
}

function lacking(what: string, statement: string): StoreUnusable {
  return new StoreUnusable(`the database cannot be used: ${what}; let its owner run: ${statement}`);
}

/** From `pg_stat_activity`, which shows role and application also of other roles' sessions. */
interface Holder {
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
}

/** Takes the migration lock for the rest of the transaction. Warns before it waits, as the other migration may take any time. */
export async function lockMigrations({ rows }: Session, telemetry: Telemetry): Promise<void> {
  const [got] = await rows<{ isMine: boolean }>(
    sql`select pg_try_advisory_xact_lock(${MIGRATION_LOCK}::int, 0) as "isMine"`,
  );
  if (got?.isMine) return;
  const [holder] = await rows<Holder>(sql`
    select pid, usename as role, application_name as application
    from pg_locks left join pg_stat_activity using (pid)
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
      and classid = ${MIGRATION_LOCK} and objid = 0 and objsubid = 2 and granted
    limit 1`);
  telemetry.emit('store:warned', `migrating waits until another migration has ended${named(holder)}`);
  await rows(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::int, 0)`);
}

/** Warns that a migration waits, and names the session that has held a lock on the tables for the longest. */
export async function warnOfHeldTables({ rows }: Session, seconds: number, telemetry: Telemetry): Promise<void> {
  const [holder] = await rows<Holder>(sql`
    select pid, usename as role, application_name as application
    from pg_locks join pg_stat_activity using (pid)
    where locktype = 'relation' and granted and pid <> pg_backend_pid() and datname = current_database()
      and relation in (select oid from pg_class where relnamespace = current_schema()::regnamespace)
    order by xact_start
    limit 1`);
  const what = `migrating waits until a table is free, and tries again for ${seconds} s${named(holder)}`;
  telemetry.emit('store:warned', what);
}

function named(holder: Holder | undefined): string {
  if (holder === undefined) return '';
  const { pid, role, application } = holder;
  const details = [role && `of the role ${role}`, application && `application ${application}`]
    .filter(Boolean)
    .join(', ');
  return `: it is held up by Postgres' process ${pid}${details === '' ? '' : ` (${details})`}`;
}
