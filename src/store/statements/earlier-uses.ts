import { type SQL, sql } from 'drizzle-orm';
import { type PreparedStatement, prepared } from '../engine/prepared.ts';

/** First half of the keys of advisory locks. Migrations have another one. */
const CHANGE_LOCK = 3;

// A writing statement reads rows of its own event only. Idempotency keys and booking references are unique over all events: a statement
// ahead of it in the same transaction looks them up, and passes the result on in a setting of the transaction.

/** @param used selects, for each request whose key was used before, its `ordinal`, and a text as `what` */
export const findEarlierUses = (used: SQL): SQL => sql`
  with used as materialized (${used})
  select set_config('holdfast.used_keys', (select coalesce(json_object_agg(used.ordinal, used.what), '{}') from used)::text, true)`;

/** The `what` of the request; null if its key is new, or if `findEarlierUses` was not run. */
export const earlierUse = (ordinal: SQL): SQL =>
  sql`(select nullif(current_setting('holdfast.used_keys', true), '')::jsonb) ->> (${ordinal})::text`;

/** Locks the names for the rest of the transaction, in the order of their lock keys, so that transactions cannot deadlock. */
export const lockChanges = (names: readonly string[]): PreparedStatement => changeLocks({ names });

const changeLocks = prepared<{ readonly names: readonly string[] }>(sql`
  select pg_advisory_xact_lock(${sql.raw(String(CHANGE_LOCK))}, key)
  from (
    select distinct hashtext(name) as key
    from unnest(${sql.placeholder('names')}::text[]) as name
    order by key
  ) as keys`);
