import { type PostgresTls, readTls } from './postgres-tls.ts';
import { PostgresUrlError } from './postgres-url-error.ts';

/** The parameters of a Postgres URL. */
export interface PostgresParameters {
  /** Parts that may also be in the URL itself. A parameter takes precedence. */
  readonly place: Readonly<Partial<Record<PlaceParameter, string>>>;
  readonly tls: PostgresTls;
  /** Session settings by their names in Postgres. `options` has what a provider's proxy reads. */
  readonly session: Readonly<Record<string, string>>;
  readonly connectTimeoutSeconds: number | undefined;
  /** TCP keep-alive; 0 turns it off. */
  readonly keepAliveSeconds: number | undefined;
  /** Whether statements may be prepared; undefined if the URL does not say. */
  readonly canPrepare: boolean | undefined;
}

type PlaceParameter = (typeof PLACE)[number];

const PLACE = ['host', 'hostaddr', 'port', 'user', 'password', 'dbname'] as const;
const TLS = [
  ...['sslmode', 'ssl', 'sslaccept', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslcrl', 'sslnegotiation'],
  ...['ssl_min_protocol_version', 'ssl_max_protocol_version', 'channel_binding'],
];
/** Session settings, by their names in URLs of Postgres, Prisma and JDBC. */
const SESSION: Readonly<Record<string, string>> = {
  application_name: 'application_name',
  search_path: 'search_path',
  schema: 'search_path',
  currentSchema: 'search_path',
  statement_timeout: 'statement_timeout',
  lock_timeout: 'lock_timeout',
  idle_in_transaction_session_timeout: 'idle_in_transaction_session_timeout',
};
/** Parameters of Prisma, Rails, postgres.js, asyncpg and JDBC that say that a pooler does not support prepared statements. */
const UNPREPARED: Readonly<Record<string, string>> = {
  pgbouncer: 'true',
  prepare: 'false',
  prepared_statements: 'false',
  statement_cache_size: '0',
  prepareThreshold: '0',
  pool_mode: 'transaction',
};
/** Parameters of other clients, and of libpq's features that we do not use. Ignoring them is safe. */
const IGNORED = [
  ...['connection_limit', 'pool_timeout', 'pool_size', 'pool', 'max', 'pool_max_conns', 'pool_min_conns'],
  ...['socket_timeout', 'max_idle_connection_lifetime', 'idle_timeout', 'max_lifetime', 'conn_max_age'],
  ...['supa', 'workaround', 'uselibpqcompat', 'binary_parameters', 'statement_cache_mode', 'default_query_exec_mode'],
  ...['gsslib', 'gssdelegation', 'krbsrvname', 'sslcompression', 'sslsni', 'sslcertmode'],
  ...['keepalives_interval', 'keepalives_count', 'tcp_user_timeout', 'load_balance_hosts', 'fallback_application_name'],
];

type Readers = Readonly<Record<string, (value: string) => void>>;

/** Parameters that are only checked. */
const CHECKS: Readers = {
  client_encoding: among('client_encoding', 'utf8', 'utf-8', 'auto', 'unicode'),
  encoding: among('encoding', 'utf8', 'utf-8', 'unicode'),
  pool_mode: among('pool_mode', 'session', 'transaction'),
  gssencmode: among('gssencmode', 'disable', 'prefer'),
  channel_binding: among('channel_binding', 'disable', 'prefer', 'require'),
  sslnegotiation: among('sslnegotiation', 'postgres', 'direct'),
  target_session_attrs: among('target_session_attrs', 'any', 'read-write', 'primary'),
};

/** @throws PostgresUrlError for a parameter that is wrong, unknown, or asks for something unsupported */
export function readParameters(given: ReadonlyMap<string, string>): PostgresParameters {
  const known = [...PLACE, ...TLS, ...IGNORED, 'options', 'connect_timeout', 'keepalives', 'keepalives_idle'];
  const names = new Set([...known, ...[SESSION, UNPREPARED, CHECKS].flatMap(Object.keys)]);
  for (const [name, value] of given) {
    if (!names.has(name)) throw unknown(name);
    CHECKS[name]?.(value.toLowerCase());
  }
  const session = sessionOf(given);
  return {
    place: Object.fromEntries(PLACE.flatMap((name) => (given.get(name) ? [[name, given.get(name)]] : []))),
    tls: readTls(given),
    session,
    connectTimeoutSeconds: seconds('connect_timeout', given),
    keepAliveSeconds: given.get('keepalives') === '0' ? 0 : seconds('keepalives_idle', given),
    canPrepare: canPrepare(given),
  };
}

function canPrepare(given: ReadonlyMap<string, string>): boolean | undefined {
  if (Object.entries(UNPREPARED).some(([name, value]) => given.get(name)?.toLowerCase() === value)) return false;
  return given.get('prepare') === 'true' || given.get('prepared_statements') === 'true' ? true : undefined;
}

/** The name is shown only if it looks like one, because it could be part of a password. */
function unknown(name: string): PostgresUrlError {
  const what = /^[a-z_]{1,40}$/i.test(name) ? `the parameter ${name}` : 'a parameter that it has';
  return new PostgresUrlError(
    `a URL without ${what}, which is not known here (docs/operations.md lists those that are; a setting of Postgres goes into options=-c%20name%3Dvalue)`,
  );
}

function sessionOf(given: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const named = Object.entries(SESSION).flatMap(([name, setting]) => {
    const value = given.get(name);
    return value ? [[setting, value] as const] : [];
  });
  const session = { ...readOptions(given.get('options') ?? ''), ...Object.fromEntries(named) };
  CHECKS.client_encoding?.(session.client_encoding?.toLowerCase() ?? 'auto');
  return session;
}

/**
 * Parses Postgres' command-line options, `-c name=value` and `--name=value` (a backslash escapes a space), into settings. Everything else,
 * such as Neon's `endpoint=…`, stays in `options`.
 */
function readOptions(options: string): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  const left: string[] = [];
  for (const word of options.match(/(?:-c\s+)?(?:\\.|[^\s\\])+/gs) ?? []) {
    const [, name = '', value] = /^(?:-c\s*|--)([^=\s]+)=(.*)$/s.exec(word) ?? [];
    if (value === undefined) left.push(word);
    else settings[name.replaceAll('-', '_').toLowerCase()] = value.replace(/\\(.)/gs, '$1');
  }
  return left.length === 0 ? settings : { ...settings, options: left.join(' ') };
}

/** Undefined if there is none, and for 0, which in libpq means the default. */
function seconds(name: string, given: ReadonlyMap<string, string>): number | undefined {
  const text = given.get(name) ?? '0';
  if (!/^-?\d{1,9}$/.test(text)) throw new PostgresUrlError(`a whole number of seconds for ${name}`);
  return Number(text) > 0 ? Number(text) : undefined;
}

function among(name: string, ...values: readonly string[]): (value: string) => void {
  return (value) => {
    if (!values.includes(value)) throw new PostgresUrlError(`${name} to be ${values.join(' or ')}, or not there`);
  };
}
