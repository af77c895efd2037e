/** What `REDIS_URL` says, in one of its three forms. */
export interface RedisTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  /** At least one: the server; the sentinels; or some of the cluster's nodes. */
  readonly addresses: readonly [RedisAddress, ...RedisAddress[]];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Which of the server's numbered databases; a cluster has 0 alone. */
  readonly database: number;
  /** What the sentinels call the master; empty where there are none. */
  readonly masterName: string;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** The message says what is expected, to stand after "expected", and nothing of what is there. */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError';
}

const EXAMPLES =
  'a URL such as redis://host:6379, rediss://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/mymaster ' +
  'or redis+cluster://host:6379,host:6379';
const FORM =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^/?#:]*)(?<secret>:[^/?#]*)?@)?(?<hosts>[^/?#@]*)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;
const ADDRESS = /^(?<host>\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(?<port>\d{1,5}))?$/i;

/**
 * Reads `redis://[user[:password]@]host[:port][/database]`, `redis+sentinel://[user[:password]@]host[:port],…/master[/database]`
 * with `sentinel_username` and `sentinel_password` as parameters, or `redis+cluster://[user[:password]@]host[:port],…`; each with
 * `rediss` for TLS.
 * @throws RedisUrlError
 */
export function parseRedisUrl(url: string): RedisTarget {
  const { tls, kind: variant, user, secret, hosts = '', path = '', query = '' } = FORM.exec(url)?.groups ?? {};
  if (tls === undefined) throw new RedisUrlError(EXAMPLES);
  const kind = (variant?.toLowerCase() ?? 'standalone') as RedisTarget['kind'];
  return {
    kind,
    tls: tls !== '',
    username: decoded(user, 'user'),
    password: decoded(secret?.slice(1), 'password'),
    addresses: addressesOf(hosts, kind),
    ...partsOfPath(path, kind),
    ...parametersOf(query, kind),
  };
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
  if (!/^\d{1,5}$/.test(database) || rest.length > 0)
    throw new RedisUrlError('a database number at the end of its path');
  if (kind === 'cluster' && database !== '0') throw new RedisUrlError('no database number, as a cluster has 0 alone');
  return { masterName, database: Number(database) };
}

function parametersOf(
  query: string,
  kind: RedisTarget['kind'],
): Pick<RedisTarget, 'sentinelUsername' | 'sentinelPassword'> {
  const given = new URLSearchParams(query);
  const known = kind === 'sentinel' ? ['sentinel_username', 'sentinel_password'] : [];
  if ([...given.keys()].some((name) => !known.includes(name)))
    throw new RedisUrlError(`no parameters${kind === 'sentinel' ? ` but ${known.join(' and ')}` : ''}`);
  return {
    sentinelUsername: given.get('sentinel_username') ?? undefined,
    sentinelPassword: given.get('sentinel_password') ?? undefined,
  };
}

/** Undefined for what is missing or empty. */
function decoded(text: string | undefined, what: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError(`the ${what} in it percent-encoded (such as %25 for %)`);
  }
}
