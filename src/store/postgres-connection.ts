import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import postgres from 'postgres';
import type { PostgresServer, PostgresTarget } from '../config/postgres-url.ts';

const CONNECT_TIMEOUT_SECONDS = 5;
/** A statement that takes longer is cancelled, so that no request waits for ever. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** A read may cost the store so much and no more. */
const READ_TIMEOUT_MS = 5_000;
/** A node that stops in the middle of a transaction does not keep its locks. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/** Of every session, and by text where a pooler takes none. */
export const sessionSettings = {
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
} as const;
/** Of sessions that are for reads. */
export const readSettings = { ...sessionSettings, statement_timeout: String(READ_TIMEOUT_MS) } as const;
/** Where Postgres has its sockets: Debian and Red Hat, and as it comes. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];

/** One server of a target, and whether what is between lets a session have settings from its start. */
export interface PostgresPlace {
  readonly target: PostgresTarget;
  readonly server: PostgresServer;
  /** False behind a pooler that refuses them. */
  readonly takesSettings: boolean;
}

export type ClientOptions = Pick<
  postgres.Options<Record<string, postgres.PostgresType>>,
  'max' | 'fetch_types' | 'onclose' | 'prepare'
> & {
  /** Settings of each session, unless the URL has others. */
  readonly session?: Readonly<Record<string, string>>;
};

/** The one place that makes clients. It connects as it is needed. */
export function connectTo(place: PostgresPlace, options: ClientOptions): postgres.Sql {
  const { target, server } = place;
  const { session = {}, ...others } = options;
  return postgres({
    ...others,
    ...addressOf(target, server),
    ...present({ user: target.user, password: target.password, database: target.database }),
    ...present({ keep_alive: target.keepAliveSeconds }),
    connect_timeout: target.connectTimeoutSeconds ?? CONNECT_TIMEOUT_SECONDS,
    max_lifetime: null,
    onnotice: () => {},
    connection: { application_name: 'holdfast', ...settingsOf(place, session) },
  });
}

/** Behind a pooler only what every one takes: a name, and what its own proxy reads. */
function settingsOf({ target, takesSettings }: PostgresPlace, session: ClientOptions['session']) {
  const { application_name, options } = target.session;
  return takesSettings ? { ...session, ...target.session } : present({ application_name, options });
}

function present<T extends object>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as typeof values;
}

function addressOf({ tls }: PostgresTarget, { host, address, port }: PostgresServer) {
  const folder = host === '' && address === undefined ? defaultFolder(port) : host;
  // As in libpq, nothing is encrypted that does not leave the machine.
  if (folder?.startsWith('/')) return { path: socketIn(folder, port), ssl: false };
  const name = folder || 'localhost';
  return {
    // As a list, which its types do not know: of a text with colons in it, as an IPv6 address, it would take the first part.
    host: [address ?? name] as unknown as string,
    port: [port] as unknown as number,
    ssl: tls.use === 'never' ? false : tls.use === 'prefer' ? ('prefer' as const) : encryption(tls, name),
    ...(tls.isDirect ? { sslnegotiation: 'direct' as const } : {}),
  };
}

/** Node would check another name than the one in the URL: that of no host at all, where it is an address. */
function encryption({ verifies, certificates }: PostgresTarget['tls'], name: string): ConnectionOptions {
  return {
    ...certificates,
    servername: isIP(name) === 0 ? name : undefined,
    rejectUnauthorized: verifies !== 'nothing',
    checkServerIdentity: (_, certificate) =>
      verifies === 'authority and name' ? checkServerIdentity(name, certificate) : undefined,
  };
}

function defaultFolder(port: number): string | undefined {
  return SOCKET_FOLDERS.find((folder) => existsSync(socketIn(folder, port)));
}

function socketIn(folder: string, port: number): string {
  return `${folder.replace(/\/$/, '')}/.s.PGSQL.${port}`;
}

/** For people: `holdfast at db.example:5432`. */
export function nameOf({ target, server }: Pick<PostgresPlace, 'target' | 'server'>): string {
  const { host, address, port } = server;
  const where = host.startsWith('/')
    ? socketIn(host, port)
    : `${(host.includes(':') ? `[${host}]` : host) || (address ?? 'localhost')}:${port}`;
  return `${target.database ?? target.user ?? 'the database'} at ${where}`;
}
