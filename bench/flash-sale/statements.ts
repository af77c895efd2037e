import type { Sql } from 'postgres';

/** Kinds of a node's statements, by their texts. The first match counts. */
export const KINDS = [
  ['reserve', /\breserved_seats as/],
  ['confirm', /\binserted_booking as/],
  ['extend', /\bextended as/],
  ['cancel', /\bcancelled as/],
  ['fence', /\bfenced as/],
  ['lock event', /from event_heads where .* for update/],
  ['keys', /holdfast\.used_keys/],
  ['lock keys', /pg_advisory_xact_lock/],
  ['expiry', /\blapsed as|reservations\.expires_at <= statement_timestamp/],
  ['captures', /\bnew_refunded\b|payments\.due_at <= /],
  ['look-up', /idempotency_key|select\s+reservations\.event_id as "eventId"/],
  ['connect', /pg_catalog\.pg_type/],
  ['clock', /^\s*select floor\(extract\([^)]* from clock_timestamp/],
  ['heads', /from event_heads where event_id = any/],
  ['log', /\bfrom event_changes\b/],
  ['seat map', /seats\.status,\s+seats\.reservation_id as "reservationId"/],
  ['layout', /\bdrawing\b|\bprice_categories\b|\bguid\b/],
  ['event', /from events/],
  ['booking', /\bjoin bookings\b|from bookings\b/],
  ['other', /(?:)/],
] as const;

export type StatementKind = (typeof KINDS)[number][0];

/** Statements that run periodically or with a new connection. */
export const BACKGROUND: readonly StatementKind[] = ['connect', 'clock', 'heads', 'expiry', 'captures'];

export interface Count {
  readonly calls: number;
  /** Rows returned. */
  readonly rows: number;
  /** Execution time in Postgres. */
  readonly ms: number;
}

export type Counts = Readonly<Partial<Record<StatementKind, Count>>>;

/** Counts at one moment, by id of the statement. */
export type Snapshot = ReadonlyMap<string, Count>;

/** Counts the statements of one database from another one of the same server, without transaction control. */
export class Statements {
  readonly #sql: Sql;
  readonly #database: string;

  private constructor(sql: Sql, database: string) {
    this.#sql = sql;
    this.#database = database;
  }

  static async open(sql: Sql, database: string): Promise<Statements> {
    await sql`create extension if not exists pg_stat_statements`;
    return new Statements(sql, database);
  }

  async snapshot(): Promise<Snapshot> {
    const rows = await this.#sql<(Count & { readonly id: string })[]>`
      select queryid::text as id, sum(calls)::float8 as calls, sum(rows)::float8 as rows,
        sum(total_exec_time)::float8 as ms
      from pg_stat_statements(false)
      where dbid = (select oid from pg_database where datname = ${this.#database})
      group by queryid`;
    return new Map(rows.map(({ id, ...count }) => [id, count]));
  }

  /** Statements between two snapshots, and the texts of those of unknown kind. */
  async between(before: Snapshot, after: Snapshot): Promise<{ counts: Counts; others: readonly string[] }> {
    const texts = await this.#texts();
    const counts: Partial<Record<StatementKind, Count>> = {};
    const others: string[] = [];
    for (const [id, total] of after) {
      const count = difference(total, before.get(id) ?? NONE);
      if (count.calls === 0) continue;
      const text = texts.get(id) ?? '';
      const kind = kindOf(text);
      counts[kind] = sum(counts[kind] ?? NONE, count);
      if (kind === 'other') others.push(text.replaceAll(/\s+/g, ' ').trim().slice(0, 300));
    }
    return { counts, others };
  }

  async #texts(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#sql<{ id: string; text: string }[]>`
      select queryid::text as id, query as text from pg_stat_statements where query is not null`;
    return new Map(rows.map(({ id, text }) => [id, text]));
  }
}

const NONE: Count = { calls: 0, rows: 0, ms: 0 };

function sum(one: Count, other: Count): Count {
  return { calls: one.calls + other.calls, rows: one.rows + other.rows, ms: one.ms + other.ms };
}

function difference(later: Count, earlier: Count): Count {
  return { calls: later.calls - earlier.calls, rows: later.rows - earlier.rows, ms: later.ms - earlier.ms };
}

function kindOf(text: string): StatementKind {
  // Drizzle quotes every name.
  const plain = text.replaceAll('"', '');
  return KINDS.find(([, pattern]) => pattern.test(plain))?.[0] ?? 'other';
}

export function callsOf(counts: Counts, kinds: readonly StatementKind[]): number {
  return kinds.reduce((sum, kind) => sum + (counts[kind]?.calls ?? 0), 0);
}

/** All except background statements. */
export function callsInForeground(counts: Counts): number {
  const all = Object.values(counts).reduce((sum, { calls }) => sum + calls, 0);
  return all - callsOf(counts, BACKGROUND);
}
