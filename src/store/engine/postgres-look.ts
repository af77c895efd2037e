import postgres from 'postgres';
import type { PostgresTarget } from '../../config/postgres-url.ts';
import { connectTo, nameOf, type PostgresPlace, sessionSettings } from './postgres-connection.ts';
import { StoreUnusable, unusable } from './unusable.ts';

const OLDEST_VERSION = 15;
/** At start. A pooler may accept connections while it has none to the server. */
const ANSWER_WITHIN_MS = 10_000;
/** A setting that only shows whether session settings arrive: a pooler refuses or drops them. */
const MARK = 'holdfast.arrived';

/** How values of each type are written and read, including array types, whose ids only the server knows. */
export type Types = Pick<postgres.Sql['options'], 'parsers' | 'serializers'>;

/** What is found at start, and holds for every connection. */
export interface PostgresFound {
  readonly place: PostgresPlace;
  readonly types: Types;
  /** Whether a `statement_timeout` is set. */
  readonly hasTimeLimit: boolean;
}

interface Facts {
  readonly version: number;
  readonly encoding: string;
  readonly hasTimeLimit: boolean;
  readonly hasArrived: boolean;
  readonly searchPath: string;
  readonly isReadOnly: boolean;
}

/**
 * Finds the first server that takes writes, or else the first that answers.
 * @throws StoreUnusable if none can be reached, or the one found cannot be used
 */
export async function findServer(target: PostgresTarget): Promise<PostgresFound> {
  let readOnly: PostgresFound | undefined;
  let failure: unknown;
  for (const server of target.servers) {
    try {
      const { isReadOnly, ...found } = await inspect({ target, server, takesSettings: true });
      if (!isReadOnly) return found;
      readOnly ??= found;
    } catch (error) {
      failure ??= error;
    }
  }
  if (readOnly !== undefined) return readOnly;
  throw failure;
}

async function inspect(place: PostgresPlace): Promise<PostgresFound & Pick<Facts, 'isReadOnly'>> {
  try {
    const { facts, types } = await ask(place);
    validateServer(facts, place);
    const { hasArrived, hasTimeLimit, isReadOnly } = facts;
    return { place: { ...place, takesSettings: hasArrived }, types, hasTimeLimit, isReadOnly };
  } catch (error) {
    if (place.takesSettings && refusesSettings(error)) return inspect({ ...place, takesSettings: false });
    throw unusable(error, place);
  }
}

/**
 * Types are fetched once for all connections: postgres.js would fetch them on each, and ends the process if such a connection is closed
 * before the answer.
 */
async function ask(place: PostgresPlace): Promise<{ facts: Facts; types: Types }> {
  const client = connectTo(place, { prepare: false, session: { ...sessionSettings, [MARK]: 'on' } });
  const tooLate = setTimeout(() => void client.end({ timeout: 0 }), ANSWER_WITHIN_MS);
  try {
    // In a transaction, because a pooler in statement mode, which cannot be used, refuses one.
    const [facts] = await client.begin(
      (transaction) => transaction<Facts[]>`
      select current_setting('server_version_num')::int / 10000 as "version",
        current_setting('server_encoding') as "encoding",
        current_setting('statement_timeout') <> '0' as "hasTimeLimit",
        current_setting(${MARK}, true) is not distinct from 'on' as "hasArrived",
        current_setting('search_path') as "searchPath",
        pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool as "isReadOnly"`,
    );
    if (facts === undefined) throw new Error('Postgres gave no row');
    return { facts, types: client.options };
  } finally {
    clearTimeout(tooLate);
    await client.end({ timeout: 1 });
  }
}

function validateServer({ version, encoding, searchPath }: Facts, place: PostgresPlace): void {
  const refuse = (why: string) => {
    throw new StoreUnusable(`the database cannot be used: ${why} (${nameOf(place)})`);
  };
  if (version < OLDEST_VERSION) refuse(`it is Postgres ${version}; use ${OLDEST_VERSION} or later`);
  if (encoding !== 'UTF8')
    refuse(
      `its encoding is ${encoding}, which cannot hold every name; create it with: create database … encoding 'UTF8' template template0`,
    );
  const wanted = place.target.session.search_path;
  if (wanted !== undefined && plain(wanted) !== plain(searchPath))
    refuse(
      `a pooler keeps search_path=${wanted} of DATABASE_URL from it; set it for the role instead: alter role … set search_path = ${wanted}`,
    );
}

/** A list of schemas without quotes and spaces, which Postgres changes. */
function plain(searchPath: string): string {
  return searchPath.replace(/["\s]/g, '');
}

/** PgBouncer refuses settings that are not in its `ignore_startup_parameters`. */
function refusesSettings(error: unknown): boolean {
  return error instanceof postgres.PostgresError && /unsupported startup parameter/.test(error.message);
}
