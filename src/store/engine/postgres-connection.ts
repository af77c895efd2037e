import { existsSync } from 'node:fs';
import { isIP, Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import postgres from 'postgres';
import type { PostgresServer, PostgresTarget } from '../../config/postgres-url.ts';

const CONNECT_TIMEOUT_SECONDS = 5;
/** Longer statements are cancelled, so that no request waits for ever. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Bounds what one read may cost the store. */
const READ_TIMEOUT_MS = 5_000;
/** Frees the locks of a node that hangs in the middle of a transaction. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/** Set for every session, or by statements where a pooler takes no session settings. */
export const sessionSettings = {
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
} as const;
/** For sessions that only read. */
export const readSettings = { ...sessionSettings, statement_timeout: String(READ_TIMEOUT_MS) } as const;
/** Where Postgres has its unix sockets: on Debian and Red Hat, and by default. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];

/** One server of a target, and whether a session can be opened with settings. */
export interface PostgresPlace {
  readonly target: PostgresTarget;
  readonly server: PostgresServer;
  /** False behind a pooler that refuses them. */
  readonly takesSettings: boolean;
}

export type ClientOptions = Pick<
  postgres.Options<Record<string, postgres.PostgresType>>,
  'fetch_types' | 'onclose' | 'prepare'
> & {
  /** Session settings; those of the URL take precedence. */
  readonly session?: Readonly<Record<string, string>>;
};

/** The only place that makes clients. Each has one connection, opened when it is first used. */
export function connectTo(place: PostgresPlace, options: ClientOptions): postgres.Sql {
  const { target, server } = place;
  const { session = {}, ...others } = options;
  const address = addressOf(server);
  const sockets = new Sockets(address);
  const client = postgres({
    ...others,
    ...namesOf(address),
    ...{ max: 1, socket: () => sockets.open() },
    // As in libpq, unix sockets are not encrypted.
    ...('path' in address ? { ssl: false } : encryptionOf(target, server)),
    ...present({ user: target.user, password: target.password, database: target.database }),
    ...present({ keep_alive: target.keepAliveSeconds }),
    connect_timeout: target.connectTimeoutSeconds ?? CONNECT_TIMEOUT_SECONDS,
    max_lifetime: null,
    onnotice: () => {},
    connection: { application_name: 'holdfast', ...settingsOf(place, session) },
  });
  const end = client.end.bind(client);
  client.end = (options) => end(options).finally(() => sockets.close());
  return client;
}

/**
 * The sockets of a client, all closed once it has ended. Postgres.js leaves a socket that is still connecting when the client ends, and
 * connects once more when a waiting statement is given up before the next attempt.
 */
class Sockets {
  readonly #address: Address;
  #last: Socket | undefined;
  #isClosed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Not connected yet: writes wait until it is, and postgres.js listens for errors before one can come. */
  open(): Socket {
    if (this.#isClosed) throw new Error('the client has ended');
    this.#last = new Socket().connect(this.#address);
    // For the messages of postgres.js.
    return Object.assign(this.#last, this.#address);
  }

  close(): void {
    this.#isClosed = true;
    this.#last?.destroy();
  }
}

/** Behind a pooler only what every pooler takes: the application's name, and `options`, which a provider's proxy reads. */
function settingsOf({ target, takesSettings }: PostgresPlace, session: ClientOptions['session']) {
  const { application_name, options } = target.session;
  return takesSettings ? { ...session, ...target.session } : present({ application_name, options });
}

function present<T extends object>(values: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as typeof values;
}

type Address = { readonly path: string } | { readonly host: string; readonly port: number };

function addressOf({ host, address, port }: PostgresServer): Address {
  const folder = host === '' && address === undefined ? defaultFolder(port) : host;
  if (folder?.startsWith('/')) return { path: socketIn(folder, port) };
  return { host: address ?? (folder || 'localhost'), port };
}

/** As lists, which postgres.js takes but does not declare: it would cut a string at the first colon, as in an IPv6 address. */
function namesOf(address: Address): { path: string } | { host: string; port: number } {
  return 'path' in address ? address : ({ host: [address.host], port: [address.port] } as never);
}

function encryptionOf({ tls }: PostgresTarget, { host }: PostgresServer) {
  const direct = tls.isDirect ? { sslnegotiation: 'direct' as const } : {};
  if (tls.use === 'never') return { ssl: false, ...direct };
  return { ssl: tls.use === 'prefer' ? ('prefer' as const) : encryption(tls, host || 'localhost'), ...direct };
}

/** Checks the name in the URL: for an address Node would check no name at all. */
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

/** For messages: `holdfast at db.example:5432`. */
export function nameOf({ target, server }: Pick<PostgresPlace, 'target' | 'server'>): string {
  const { host, address, port } = server;
  const where = host.startsWith('/')
    ? socketIn(host, port)
    : `${(host.includes(':') ? `[${host}]` : host) || (address ?? 'localhost')}:${port}`;
  return `${target.database ?? target.user ?? 'the database'} at ${where}`;
}
