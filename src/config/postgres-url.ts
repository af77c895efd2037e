import { type PostgresParameters, readParameters } from './postgres-parameters.ts';
import { PostgresUrlError } from './postgres-url-error.ts';

/** A parsed `DATABASE_URL`. Undefined values are left to the driver's defaults, which are libpq's. */
export interface PostgresTarget extends Omit<PostgresParameters, 'place'> {
  /** Tried in this order. */
  readonly servers: readonly [PostgresServer, ...PostgresServer[]];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
}

export interface PostgresServer {
  /** A name or an address, or the folder of a unix socket. Empty for a socket in libpq's default folders. */
  readonly host: string;
  /** The address to connect to, if the name is only for verifying the certificate. */
  readonly address: string | undefined;
  readonly port: number;
}

const EXAMPLE = 'a URL such as postgres://user:password@host:5432/database';
const FORM =
  /^postgres(?:ql)?:\/\/(?:(?<login>[^/]*)@)?(?<hosts>[^/?@]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/is;
const HOST = /^(?:\[(?<ipv6>[^[\]]+)\]|(?<name>[^:[\]]*))(?::(?<port>[^:]*))?$/;
const DEFAULT_PORT = 5432;

/**
 * Parses a connection URI as libpq does (postgresql.org/docs/current/libpq-connect.html), and reads the files that it names. Parts are
 * percent-encoded, a parameter may replace any part, and several servers are separated by commas.
 * @throws PostgresUrlError
 */
export function parsePostgresUrl(url: string): PostgresTarget {
  const groups = FORM.exec(url)?.groups;
  if (groups === undefined) throw new PostgresUrlError(EXAMPLE);
  const { login = '', hosts = '', database = '', query = '' } = groups;
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(login) ?? [];
  const { place, ...parameters } = readParameters(pairsOf(query));
  return {
    ...parameters,
    servers: serversOf(hosts, place),
    user: place.user ?? decoded(user, 'user'),
    password: place.password ?? decoded(password, 'password'),
    database: place.dbname ?? decoded(database, 'name of the database'),
  };
}

/** Not form-encoded: a plus means a plus. */
function pairsOf(query: string): ReadonlyMap<string, string> {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(pair) ?? [];
      if (value === undefined) throw new PostgresUrlError('a value for each of its parameters, as in sslmode=require');
      return [decoded(name, 'name of a parameter') ?? '', decoded(value, 'value of a parameter') ?? ''];
    }),
  );
}

function serversOf(hosts: string, place: PostgresParameters['place']): PostgresTarget['servers'] {
  const inPath = hosts.split(',').map(hostAndPort);
  const names = place.host?.split(',') ?? inPath.map(({ host }) => host);
  const ports = place.port?.split(',') ?? inPath.map(({ port }) => port);
  const addresses = place.hostaddr?.split(',') ?? [];
  const count = Math.max(names.length, addresses.length);
  if (![1, count].includes(ports.length) || ![0, count].includes(addresses.length))
    throw new PostgresUrlError('one port for all of its hosts, or one for each');
  const servers = Array.from({ length: count }, (_, at) => ({
    host: checkedHost(names[at] ?? ''),
    address: addresses[at] || undefined,
    port: portOf(ports[at] ?? ports[0] ?? ''),
  }));
  return servers as unknown as PostgresTarget['servers'];
}

function hostAndPort(text: string): { host: string; port: string } {
  const { ipv6, name = '', port = '' } = HOST.exec(text)?.groups ?? { port: 'none' };
  return { host: decoded(ipv6 ?? name, 'host') ?? '', port };
}

function checkedHost(host: string): string {
  if (/[\s@]/.test(host) || (host.includes('/') && !host.startsWith('/')))
    throw new PostgresUrlError('the name or address of its host, or the path of a folder with a unix socket');
  return host;
}

function portOf(text: string): number {
  const port = text === '' ? DEFAULT_PORT : Number(text);
  if (/^\d*$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new PostgresUrlError(
    'host:port with a port from 1 to 65535, an IPv6 address in brackets, and the special characters of a password percent-encoded (such as %2F for /)',
  );
}

/** Undefined if empty. */
function decoded(text: string, what: string): string | undefined {
  if (text === '') return undefined;
  const decodedText = percentDecoded(text);
  if (decodedText !== undefined && !decodedText.includes('\0')) return decodedText;
  throw new PostgresUrlError(`the ${what} in it percent-encoded (such as %25 for %)`);
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
