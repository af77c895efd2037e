import { readFileSync } from 'node:fs';

/** A parsed `REDIS_URL`. */
export interface RedisTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  /** The server, the sentinels, or some of the cluster's nodes. */
  readonly addresses: readonly [RedisAddress, ...RedisAddress[]];
  /** Path of the unix socket of a single server on this machine, instead of an address. */
  readonly socket: string | undefined;
  readonly tls: boolean;
  /** False if the URL says that the certificate need not be verified. */
  readonly verifiesTls: boolean;
  /** Certificates of authorities in PEM, instead of those that Node trusts. */
  readonly authorities: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Number of the database. A cluster has only 0. */
  readonly database: number;
  /** The master's name at the sentinels; empty without sentinels. */
  readonly masterName: string;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** The message says what is expected, to follow the word "expected". It contains nothing of the URL. */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError';
}

const EXAMPLES =
  'a URL such as redis://host:6379, rediss://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/mymaster, ' +
  'redis+cluster://host:6379,host:6379 or unix:///run/redis.sock';
const FORM =
  /^(?:redis|valkey)(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^/?#:]*)(?<secret>:[^/?#]*)?@)?(?<hosts>[^/?#@]*)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;
/** As in redis-py, Celery, Lettuce and others. */
const SOCKET =
  /^(?:unix|(?:redis|valkey)[+-](?:unix|socket)):\/\/(?:(?<user>[^/?#:]*)(?<secret>:[^/?#]*)?@)?(?<socket>\/[^?#]+)(?:\?(?<query>[^#]*))?$/i;
const ADDRESS = /^(?<host>\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(?<port>\d{1,5}))?$/i;

/**
 * Reads `redis://[user[:password]@]host[:port][/database]`, `redis+sentinel://[user[:password]@]host[:port],…/master[/database]`
 * with `sentinel_username` and `sentinel_password` as parameters, or `redis+cluster://[user[:password]@]host[:port],…`; each with
 * `rediss` for TLS, and `valkey` for `redis`; or `unix://[user[:password]@]/path?db=1`. Parameters are those of other clients.
 * @throws RedisUrlError
 */
export function parseRedisUrl(url: string): RedisTarget {
  const isSocket = SOCKET.test(url);
  const {
    tls,
    kind: variant,
    user,
    secret,
    hosts = '',
    path = '',
    socket,
    query = '',
  } = (isSocket ? SOCKET : FORM).exec(url)?.groups ?? {};
  if (tls === undefined && socket === undefined) throw new RedisUrlError(EXAMPLES);
  const kind = (variant?.toLowerCase() ?? 'standalone') as RedisTarget['kind'];
  const given = parametersOf(query, kind);
  const target = {
    kind,
    addresses: addressesOf(isSocket ? 'localhost' : hosts, kind),
    socket: decoded(socket, 'path of the socket'),
    username: given.get('username') ?? decoded(user, 'user'),
    password: given.get('password') ?? decoded(secret?.slice(1), 'password'),
    ...partsOfPath(path, kind),
    ...tlsOf(tls === 's', given),
    sentinelUsername: given.get('sentinel_username'),
    sentinelPassword: given.get('sentinel_password'),
  };
  const database = given.get('db');
  return database === undefined ? target : { ...target, database: databaseOf(database, kind) };
}

function addressesOf(hosts: string, kind: RedisTarget['kind']): RedisTarget['addresses'] {
  const [first, ...others] = hosts
    .split(',')
    .map((address, at) => addressOf(address, at + 1, kind === 'sentinel' ? 26_379 : 6_379));
  if (first === undefined || (kind === 'standalone' && others.length > 0))
    throw new RedisUrlError('one address, or redis+sentinel:// or redis+cluster:// before several');
  return [first, ...others];
}

function addressOf(text: string, nth: number, defaultPort: number): RedisAddress {
  const { host, port = defaultPort } = ADDRESS.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new RedisUrlError(
      `host:port as address ${nth} in it, and the special characters of a password percent-encoded (such as %40 for @)`,
    );
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function partsOfPath(path: string, kind: RedisTarget['kind']): Pick<RedisTarget, 'masterName' | 'database'> {
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  const masterName = kind === 'sentinel' ? decoded(parts.shift(), 'name of the master') : '';
  if (masterName === undefined)
    throw new RedisUrlError('the name of the master after its addresses, as in redis+sentinel://host:26379/mymaster');
  const [database = '0', ...rest] = parts;
  if (rest.length > 0) throw new RedisUrlError('a database number at the end of its path');
  return { masterName, database: databaseOf(database, kind) };
}

function databaseOf(text: string, kind: RedisTarget['kind']): number {
  if (!/^\d{1,5}$/.test(text)) throw new RedisUrlError('a database number at the end of its path');
  if (kind === 'cluster' && text !== '0') throw new RedisUrlError('no database number, as a cluster has 0 alone');
  return Number(text);
}

/** Other clients' names of parameters. */
const SYNONYMS: Readonly<Record<string, string>> = { database: 'db', user: 'username', ssl: 'tls' };
const SENTINEL = ['sentinel_username', 'sentinel_password'];
const TAKEN = ['db', 'username', 'password', 'tls', 'ssl_cert_reqs', 'ssl_check_hostname', 'ssl_ca_certs'];
/** Parameters of other clients that do not concern us. */
const IGNORED = [
  ...['protocol', 'family', 'client_name', 'clientName', 'timeout', 'socket_timeout', 'socket_connect_timeout'],
  ...['max_connections', 'pool_size', 'health_check_interval', 'decode_responses', 'retry_on_timeout'],
];

function parametersOf(query: string, kind: RedisTarget['kind']): ReadonlyMap<string, string> {
  const given = new Map([...new URLSearchParams(query)].map(([name, value]) => [SYNONYMS[name] ?? name, value]));
  const known = [...TAKEN, ...(kind === 'sentinel' ? SENTINEL : [])];
  if ([...given.keys()].some((name) => !known.includes(name) && !IGNORED.includes(name)))
    throw new RedisUrlError(`no parameters but ${known.join(', ')}`);
  return given;
}

function tlsOf(
  isSaid: boolean,
  given: ReadonlyMap<string, string>,
): Pick<RedisTarget, 'tls' | 'verifiesTls' | 'authorities'> {
  const [asked = 'true', checked = 'required', checksName = 'true'] = [
    'tls',
    'ssl_cert_reqs',
    'ssl_check_hostname',
  ].map((name) => given.get(name)?.toLowerCase().replace('cert_', ''));
  if (!['true', '1', 'false', '0'].includes(asked)) throw new RedisUrlError('tls to be true or false');
  if (isSaid && ['false', '0'].includes(asked))
    throw new RedisUrlError('redis:// for tls=false, as rediss:// is by TLS');
  if (!['none', 'optional', 'required'].includes(checked))
    throw new RedisUrlError('ssl_cert_reqs to be none, optional or required');
  if (checked !== 'none' && ['false', '0'].includes(checksName))
    throw new RedisUrlError('no ssl_check_hostname=false, but ssl_cert_reqs=none to verify nothing');
  const file = given.get('ssl_ca_certs');
  return {
    tls: isSaid || (given.has('tls') && ['true', '1'].includes(asked)),
    verifiesTls: checked !== 'none',
    authorities: file === undefined ? undefined : contentOf(file),
  };
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new RedisUrlError(`to be able to read ${JSON.stringify(file)}, the file of ssl_ca_certs (${code})`);
  }
}

/** Undefined if missing or empty. */
function decoded(text: string | undefined, what: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError(`the ${what} in it percent-encoded (such as %25 for %)`);
  }
}
