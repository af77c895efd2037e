import { getTableName, type SQL, sql } from 'drizzle-orm';
import { CHANGE_VERSION, type EventChange, type Fact, type LoggedChange } from '../domain/change.ts';
import { handledByAll } from './consumer-cursors.ts';
import type { ChangeWriter, Session, Statement } from './engine/database.ts';
import { prepared } from './engine/prepared.ts';
import { jsonOf } from './records.ts';
import { epochMs } from './rules.ts';
import { assign, insertSelected } from './statements/columns.ts';
import { eventChanges, eventHeads, reservations } from './tables.ts';

/** Of reservations: some two thousand. */
const FIRST_BYTES = 262_144;

/**
 * Runs a statement that changes an event once the event's head is locked: its snapshot and its clock are of a moment at which no other
 * write of the event is under way. Its first row has the `loggedChange`. Gives its rows.
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

/** What no statement puts together. */
export const changeOf = (...facts: readonly Fact[]): EventChange => ({ version: CHANGE_VERSION, facts });

/**
 * Waits for the event's other writes. What follows looks rows up in the index that leads to the fewest: with the costs as they come, and
 * little known of the tables, the planner takes any that has the event for as good. While they are all but empty it knows nothing at all,
 * and no plan is kept.
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
 * What every statement that changes an event ends its common table expressions with: `logged` has the revision, and has no row
 * where there are no facts. An event that a node of a version without a change log has made gets its head by its first change.
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

/** What `logChange` has written, for the first row of a statement's answer. */
export const loggedChange: SQL = sql`(
      select ${jsonOf({ revision: sql`logged.revision`, atMs: epochMs(sql`logged.at`), change: sql`logged.change` })} from logged
    )`;

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** A `Fact` as JSON. */
export function fact<Kind extends Fact['kind']>(
  kind: Kind,
  properties: Readonly<Record<Exclude<keyof FactOf<Kind>, 'kind'>, SQL>>,
): SQL {
  return jsonOf({ kind: sql.raw(`'${kind}'`), ...properties });
}

/** The event's changes after a revision, in their order, of which `most` at most. */
export function readChanges(
  session: Session,
  eventId: string,
  { after, most }: { readonly after: number; readonly most: number },
): Promise<LoggedChange[]> {
  return session.rows<LoggedChange>(sql`
    select revision, ${epochMs(sql`at`)} as "atMs", change from event_changes
    where event_id = ${eventId}::uuid and revision > ${after}::int
    order by revision
    limit ${most}::int`);
}

/** The number of the last change of each of the events that exists. */
export async function readRevisions(session: Session, eventIds: readonly string[]): Promise<Map<string, number>> {
  const heads = await session.rows<{ eventId: string; revision: number }>(sql`
    select event_id as "eventId", revision from event_heads where event_id = any(${sql.param(eventIds)}::uuid[])`);
  return new Map(heads.map(({ eventId, revision }) => [eventId, revision]));
}

/** Events that began more than so many days ago and have changes that need not be kept, of which `most` at most. */
export async function eventsWithOldChanges(session: Session, days: number, most: number): Promise<string[]> {
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
    limit ${most}::int`);
  return rows.map(({ id }) => id);
}

/**
 * Removes the oldest changes of the event, `most` at most, but none that a consumer has yet to read, and never the last, by which its
 * head is known to be right. Gives how many.
 */
export async function removeOldChanges(session: Session, eventId: string, most: number): Promise<number> {
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
      and event_changes.revision < least(kept.first, kept.oldest + ${most}::int)
    returning event_changes.revision`);
  return removed.length;
}

/** Where there are no consumers, the second is null, which `least` leaves out. */
const firstToKeep = (eventId: SQL, head: SQL): SQL => sql`least(${head}, ${handledByAll(eventId)} + 1)`;
