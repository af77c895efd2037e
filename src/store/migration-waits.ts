import { sql } from 'drizzle-orm';
import type { Telemetry } from '../telemetry/happenings.ts';
import { MIGRATION_LOCK } from './advisory-locks.ts';
import type { Session } from './database.ts';

/** Of `pg_stat_activity`, which shows these two of everybody's sessions. */
interface Holder {
  readonly pid: number;
  readonly role: string | null;
  readonly application: string | null;
}

/** One migration at a time, for the rest of the transaction. Whoever has to wait for another says so first: it may take as long as it takes. */
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

/** Why a migration steps back: of those who use the tables, the one that has done so for the longest. */
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
