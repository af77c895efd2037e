import { existsSync } from 'node:fs';
import { isIP, Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import postgres from 'postgres';
import type { PostgresServer, PostgresTarget } from '../../config/postgres-url.ts';

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
  'fetch_types' | 'onclose' | 'prepare'
> & {
  /** Settings of each session, unless the URL has others. */
  readonly session?: Readonly<Record<string, string>>;
};

/** The one place that makes clients, of one connection each. It connects as it is needed. */
export function connectTo(place: PostgresPlace, options: ClientOptions): postgres.Sql {
  const { target, server } = place;
  const { session = {}, ...others } = options;
  const address = addressOf(server);
  const sockets = new Sockets(address);
  const client = postgres({
    ...others,
    ...namesOf(address),
    ...{ max: 1, socket: () => sockets.open() },
    // As in libpq, nothing is encrypted that does not leave the machine.
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
 * The sockets of a client: none is left, and none opened, once it has ended. Postgres.js leaves one that is connecting as it
 * ends, and connects once more when what waited for a connection is given up before its next attempt.
 */
class Sockets {
  readonly #address: Address;
  #last: Socket | undefined;
  #isClosed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Not connected yet: what is written waits until it is, and a failure is told to whoever listens by then. */
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

/** Behind a pooler only what every one takes: a name, and what its own proxy reads. */
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

/** As lists, which its types do not know: of a text with colons in it, as an IPv6 address, it would take the first part. */
function namesOf(address: Address): { path: string } | { host: string; port: number } {
  return 'path' in address ? address : ({ host: [address.host], port: [address.port] } as never);
}

function encryptionOf({ tls }: PostgresTarget, { host }: PostgresServer) {
  const direct = tls.isDirect ? { sslnegotiation: 'direct' as const } : {};
  if (tls.use === 'never') return { ssl: false, ...direct };
  return { ssl: tls.use === 'prefer' ? ('prefer' as const) : encryption(tls, host || 'localhost'), ...direct };
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
