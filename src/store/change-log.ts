import { and, asc, eq, getTableName, gt, type SQL, sql } from 'drizzle-orm';
import { CHANGE_VERSION, type EventChange, type Fact, type LoggedChange } from '../domain/change.ts';
import { handledByAll } from './consumer-cursors.ts';
import type { ChangeWriter, Session, Statement } from './engine/database.ts';
import { prepared } from './engine/prepared.ts';
import { jsonOf } from './records.ts';
import { epochMs } from './rules.ts';
import { assign, insertSelected } from './statements/columns.ts';
import { eventChanges, eventHeads, reservations } from './tables.ts';

/** Some two thousand reservations. */
const FIRST_BYTES = 262_144;

/**
 * Locks the event's head, and then runs a statement that changes the event, so that no other write of the event is in flight at the
 * moment of its snapshot and clock. The statement's first row has the `loggedChange`. Returns its rows.
 */
export async function changeEvent<Row>(
  database: ChangeWriter,
  eventId: string,
  statement: Statement,
  otherLocks: readonly Statement[] = [],
): Promise<Row[]> {
  const answers = await database.pipeline([lockHead({ eventId }), ...otherLocks, statement]);
  const rows = answers.at(-1) as (Row & { readonly logged?: LoggedChange | null })[];
  const logged = rows[0]?.logged;
  if (logged) database.committed.tell({ eventId, ...logged });
  return rows;
}

/** A change whose facts do not come from a statement. */
export const changeOf = (...facts: readonly Fact[]): EventChange => ({ version: CHANGE_VERSION, facts });

/**
 * Waits for other writes of the event. The settings make the planner prefer the most selective index: with default costs and few
 * statistics it takes any index that has the event for as good. While the tables are almost empty it has no statistics at all, and no
 * plan is cached.
 */
const lockHead = prepared<{ readonly eventId: string }>(sql`
  select
    set_config('enable_seqscan', 'off', true),
    set_config('cpu_index_tuple_cost', '1', true),
    set_config(
      'plan_cache_mode',
      case when pg_relation_size('${sql.raw(getTableName(reservations))}') < ${sql.raw(String(FIRST_BYTES))}
        then 'force_custom_plan' else current_setting('plan_cache_mode') end,
      true
    )
  from ${eventHeads} where ${eventHeads.eventId} = ${sql.placeholder('eventId')}::uuid for update`);

/**
 * The last common table expressions of every statement that changes an event. `logged` has the new row of the log, and no row if there
 * are no facts. An event created by a version without a change log gets its head with its first change.
 * @param facts a JSON array of `Fact`, null for none
 */
export const logChange = (eventId: SQL, at: SQL, facts: SQL): SQL => sql`
      facts as materialized (select ${facts} as facts),
      head as (
        ${insertSelected(eventHeads, { eventId, revision: sql`1` })} from facts where facts.facts is not null
        on conflict (${sql.identifier(eventHeads.eventId.name)}) do update
          set ${assign(eventHeads, { revision: sql`${eventHeads.revision} + 1` })}
        returning ${eventHeads.revision}
      ),
      logged as (
        ${insertSelected(eventChanges, {
          eventId,
          revision: sql`head.revision`,
          at,
          change: sql`json_build_object('version', ${sql.raw(String(CHANGE_VERSION))}, 'facts', facts.facts)`,
        })}
        from head, facts
        returning ${eventChanges.revision}, ${eventChanges.at}, ${eventChanges.change}
      )`;

/** The change that `logChange` has written, for the first row of a statement's answer. */
export const loggedChange: SQL = sql`(
      select ${jsonOf({ revision: sql`logged.revision`, atMs: epochMs(sql`logged.at`), change: sql`logged.change` })} from logged
    )`;

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** A `Fact` as JSON. */
export function fact<Kind extends Fact['kind']>(
  kind: Kind,
  properties: { readonly [Property in keyof Omit<FactOf<Kind>, 'kind'>]: SQL },
): SQL {
  return jsonOf({ kind: sql.raw(`'${kind}'`), ...properties });
}

/** The event's changes after a revision, in order, at most `limit`. */
export function readChanges(
  session: Session,
  eventId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<LoggedChange[]> {
  const { revision, at, change } = eventChanges;
  return session.query((orm) =>
    orm
      .select({ revision, atMs: epochMs(at), change })
      .from(eventChanges)
      .where(and(eq(eventChanges.eventId, eventId), gt(revision, after)))
      .orderBy(asc(revision))
      .limit(limit),
  );
}

/** The revision of each of the events that exists. */
export async function readRevisions(session: Session, eventIds: readonly string[]): Promise<Map<string, number>> {
  const { eventId, revision } = eventHeads;
  const heads = await session.query((orm) =>
    orm
      .select({ eventId, revision })
      .from(eventHeads)
      .where(sql`${eventId} = any(${sql.param(eventIds)}::uuid[])`),
  );
  return new Map(heads.map((head) => [head.eventId, head.revision]));
}

/** Events that began more than `days` ago and have changes that need not be kept, at most `limit`. */
export async function eventsWithOldChanges(session: Session, days: number, limit: number): Promise<string[]> {
  const rows = await session.rows<{ id: string }>(sql`
    select events.id
    from events
    join event_heads on event_heads.event_id = events.id
    where events.starts_at < statement_timestamp() - ${days}::int * interval '1 day'
      and exists (
        select from event_changes
        where event_changes.event_id = events.id
          and event_changes.revision < ${firstToKeep(sql`events.id`, sql`event_heads.revision`)}
      )
    limit ${limit}::int`);
  return rows.map(({ id }) => id);
}

/**
 * Removes the oldest changes of the event, at most `limit`, but none that a consumer has yet to read, and never the last one, with which
 * the head can be checked. Returns how many.
 */
export async function removeOldChanges(session: Session, eventId: string, limit: number): Promise<number> {
  const removed = await session.rows(sql`
    with kept as (
      select
        ${firstToKeep(
          sql`${eventId}::uuid`,
          sql`(select revision from event_heads where event_id = ${eventId}::uuid)`,
        )} as first,
        (select min(revision) from event_changes where event_id = ${eventId}::uuid) as oldest
    )
    delete from event_changes
    using kept
    where event_changes.event_id = ${eventId}::uuid
      and event_changes.revision < least(kept.first, kept.oldest + ${limit}::int)
    returning event_changes.revision`);
  return removed.length;
}

/** Without consumers `handledByAll` is null, which `least` ignores. */
const firstToKeep = (eventId: SQL, head: SQL): SQL => sql`least(${head}, ${handledByAll(eventId)} + 1)`;
