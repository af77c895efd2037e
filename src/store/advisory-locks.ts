import { sql } from 'drizzle-orm';
import { type CompiledStatement, compiled } from './compiled.ts';

/** What Postgres' two-part advisory locks are taken for in Holdfast: the first part. */
/** Of one migration at a time, for a transaction: what a session holds would stay behind on a connection of a pooler's. */
export const MIGRATION_LOCK = 1;
const CHANGE = 3;

/**
 * One change at a time by each of the names, for the rest of the transaction. Taken in the order of their keys, so that no two
 * transactions wait for each other.
 */
export const lockChanges = (names: readonly string[]): CompiledStatement => changeLocks({ names });

const changeLocks = compiled<{ readonly names: readonly string[] }>(sql`
  select pg_advisory_xact_lock(${sql.raw(String(CHANGE))}, key)
  from (
    select distinct hashtext(name) as key
    from unnest(${sql.placeholder('names')}::text[]) as name
    order by key
  ) as keys`);
