import { type SQL, sql } from 'drizzle-orm';
import { type PreparedStatement, prepared } from '../engine/prepared.ts';

/** The first part of an advisory lock; that of migrations has another. */
const CHANGE_LOCK = 3;

// A write sees rows of its own event only. Whether something was used that is the viewer's, or one booking's, on all events, a statement
// ahead of it finds in the same transaction, and leaves in a setting of the transaction.

/** @param used selects the ordinals of those requests whose key was used before, and for each a text, as `ordinal` and `what` */
export const findEarlierUses = (used: SQL): SQL => sql`
  with used as materialized (${used})
  select set_config('holdfast.used_keys', (select coalesce(json_object_agg(used.ordinal, used.what), '{}') from used)::text, true)`;

/** The text of the request; null where its key is new, or there was no such statement. */
export const earlierUse = (ordinal: SQL): SQL =>
  sql`(select nullif(current_setting('holdfast.used_keys', true), '')::jsonb) ->> (${ordinal})::text`;

/**
 * One change at a time by each of the names, for the rest of the transaction. Taken in the order of their keys, so that no two
 * transactions wait for each other.
 */
export const lockChanges = (names: readonly string[]): PreparedStatement => changeLocks({ names });

const changeLocks = prepared<{ readonly names: readonly string[] }>(sql`
  select pg_advisory_xact_lock(${sql.raw(String(CHANGE_LOCK))}, key)
  from (
    select distinct hashtext(name) as key
    from unnest(${sql.placeholder('names')}::text[]) as name
    order by key
  ) as keys`);
