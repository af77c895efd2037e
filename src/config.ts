import { problemOf } from './config/problems.ts';
import { type Settings, settingsSchema } from './config/settings.ts';
import { OperatorError } from './operator-error.ts';

export { type SettingRow, settingsTable } from './config/settings.ts';

/** All settings, checked. Read once at start; nothing else reads the environment. */
export interface Config {
  /** False enables what helps development, above all the API explorer. */
  readonly production: boolean;
  /** Whether clients may introspect the schema. */
  readonly introspection: boolean;
  /** Number of nodes on the port, each a process. */
  readonly workers: number;
  readonly http: HttpConfig;
  readonly trustedOperations: TrustedOperationsConfig;
  /** Where metrics are served; null if they are not. */
  readonly metrics: AddressConfig | null;
  readonly log: { readonly level: Settings['LOG_LEVEL']; readonly format: 'json' | 'pretty' };
  readonly database: DatabaseConfig;
  /** Whether a demo event is created if there are no events yet. */
  readonly demoEvent: boolean;
  /** Null for a single node. */
  readonly redisUrl: string | null;
  readonly identity: IdentityConfig;
  readonly reservations: ReservationConfig;
  readonly limits: LimitsConfig;
  readonly admission: AdmissionConfig;
  readonly paymentProvider: PaymentProviderConfig;
  /** How long a payment may take. A reservation's deadline is moved for it, if needed. */
  readonly paymentSeconds: number;
  /** How long reservations that ended without a booking are kept; 0 means for ever. */
  readonly historyDays: number;
  readonly seatMapFrameMs: number;
  /** Maps in memory at once. */
  readonly maxSeatMaps: number;
  readonly websockets: WebsocketConfig;
}

export interface AddressConfig {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
}

export interface HttpConfig extends AddressConfig {
  /** Addresses and CIDR blocks whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  /** Prefix of every path, without a trailing slash: empty, or '/tickets'. */
  readonly basePath: string;
  /** Origins of pages that may call the API over HTTP and websockets, besides the server's own. */
  readonly corsOrigins: '*' | readonly string[];
  /** 0 means no limit. */
  readonly maxConnectionsPerAddress: number;
  /** How long a client may go without reading from an answer. */
  readonly answerStallSeconds: number;
  /** Bytes of answers buffered in this process, over all connections. */
  readonly maxUnreadBytes: number;
  /** How long a stopping node continues to serve while it reports that it is not ready. */
  readonly shutdownDelayMs: number;
}

export interface TrustedOperationsConfig {
  /** Manifests, besides that of the package. */
  readonly files: readonly string[];
  /** Whether all other operations are refused. */
  readonly only: boolean;
}

export type DatabaseConfig =
  /** `dataDir` is a path, or `memory://`. */
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number };

export interface IdentityConfig {
  /** Null if all tokens come from an identity provider. Then there are no guests. */
  readonly secret: SecretSource | null;
  readonly jwksUrl: string | null;
  /** Accepted values of `iss` and `aud`; empty for any. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly rolesClaim: string;
  readonly guestTokenSeconds: number;
}

export type SecretSource =
  | { readonly kind: 'given'; readonly secret: string }
  /** Created at the first start, and stored beside the embedded database. */
  | { readonly kind: 'persisted'; readonly dataDir: string };

export type PaymentProviderConfig = { readonly name: 'test' } | StripeConfig;

export interface StripeConfig {
  readonly name: 'stripe';
  readonly secretKey: string;
  readonly publishableKey: string | null;
  /** Two during a rotation; none if the webhook is not used. */
  readonly webhookSecrets: readonly string[];
  readonly capture: 'manual' | 'automatic';
  /** Null for Stripe's own. */
  readonly apiUrl: string | null;
}

export interface ReservationConfig {
  /** For events that do not set their own. */
  readonly reservationSeconds: number;
  readonly extensionSeconds: number;
  readonly maxExtensions: number;
  /** Per viewer and event. */
  readonly maxActiveReservations: number;
  readonly maxSeatsPerReservation: number;
}

export interface LimitsConfig {
  /** Per viewer; 0 means no limit. */
  readonly mutationsPerMinute: number;
  /** Per network address; 0 means no limit. */
  readonly guestSignInsPerMinute: number;
  /** Queries without a token, per network address; 0 means no limit. */
  readonly queriesPerMinute: number;
  /** Cost of all queries of one network address; 0 means no limit. */
  readonly queryCostPerSecond: number;
  /** Cost of one operation, as docs/limits.md counts it; 0 means no limit. */
  readonly maxQueryCost: number;
  /** Mutations of all guests of one network address; 0 means no limit. */
  readonly guestMutationsPerMinute: number;
  /** Seats that the guests of one network address may hold at once; 0 means no limit. */
  readonly maxSeatsPerAddress: number;
}

export interface AdmissionConfig {
  /** Operations that a node executes at once. */
  readonly maxInFlight: number;
  readonly maxLagMs: number;
}

export interface WebsocketConfig {
  /** Per node. */
  readonly maxSockets: number;
  /** Per node and network address; 0 means no limit. */
  readonly maxSocketsPerAddress: number;
  /** Per websocket, at once. */
  readonly maxSubscriptions: number;
  /** Per websocket; 0 means no limit. */
  readonly operationsPerMinute: number;
  readonly maxMessageBytes: number;
  readonly initSeconds: number;
  /** Bytes that a client may leave unread before it is sent nothing more. */
  readonly unreadBytes: number;
  readonly stallSeconds: number;
}

/** Settings are wrong. The message has one line for each, and never a confidential value. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings in `settingsTable`. Empty ones count as not set.
 * @param onTerminal whether the output is a terminal
 * @throws ConfigError
 */
export function readConfig(env: NodeJS.ProcessEnv, onTerminal = process.stdout.isTTY === true): Config {
  const given = withoutEmpty(env);
  const { data, error } = settingsSchema.safeParse(given);
  const problems = [
    ...(error?.issues ?? []).map((issue) => problemOf(issue, given)),
    ...missingKeys(given),
    ...missingForProvider(given),
    ...missingForWorkers(given),
    ...wrongForStripe(given),
    ...missingInProduction(given),
  ];
  if (data === undefined || problems.length > 0) throw new ConfigError(problems.join('\n'));
  return configOf(data, onTerminal);
}

function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
}

/** Nodes on one Postgres must accept each other's tokens, so that none may create a secret of its own. */
function missingKeys(given: NodeJS.ProcessEnv): readonly string[] {
  if (given.DATABASE_URL === undefined || given.JWT_SECRET !== undefined || given.JWKS_URL !== undefined) return [];
  return ['JWT_SECRET is not set; expected it (at least 32 bytes) or JWKS_URL where DATABASE_URL is set'];
}

/** An identity provider signs tokens for all of its applications with the same keys. */
function missingForProvider(given: NodeJS.ProcessEnv): readonly string[] {
  if (given.JWKS_URL === undefined || given.NODE_ENV?.trim() !== 'production') return [];
  const example = { JWT_ISSUER: 'https://login.example/', JWT_AUDIENCE: 'https://tickets.example/api' };
  return Object.entries(example).flatMap(([name, value]) =>
    given[name] === undefined
      ? [`${name} is not set; expected it, such as ${value}, where JWKS_URL is set and NODE_ENV is production`]
      : [],
  );
}

/** Several nodes need Postgres and Redis, which they share. */
function missingForWorkers(given: NodeJS.ProcessEnv): readonly string[] {
  const workers = settingsSchema.shape.WORKERS.safeParse(given.WORKERS).data ?? 1;
  const missing = ['DATABASE_URL', 'REDIS_URL'].filter((name) => given[name] === undefined).join(' and ');
  if (workers === 1 || missing === '') return [];
  return [`WORKERS is ${workers} without ${missing}; expected 1, or Postgres and Redis for the workers to share`];
}

/** Clients and the webhook can be left out while trying it out; the keys must be of one account, which only their modes tell. */
function wrongForStripe(given: NodeJS.ProcessEnv): readonly string[] {
  if (given.PAYMENT_PROVIDER?.trim() !== 'stripe') return [];
  const isProduction = given.NODE_ENV?.trim() === 'production';
  const needed = isProduction
    ? ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET']
    : ['STRIPE_SECRET_KEY'];
  const where = `where PAYMENT_PROVIDER is stripe${isProduction ? ' and NODE_ENV is production' : ''}`;
  const missing = needed.filter((name) => given[name] === undefined);
  const [secret, publishable] = [modeOf(given.STRIPE_SECRET_KEY), modeOf(given.STRIPE_PUBLISHABLE_KEY)];
  const differs = secret !== undefined && publishable !== undefined && secret !== publishable;
  return [
    ...missing.map((name) => `${name} is not set; expected it ${where}`),
    ...(differs
      ? [`STRIPE_PUBLISHABLE_KEY is a ${publishable} key; expected a ${secret} key, as STRIPE_SECRET_KEY is`]
      : []),
  ];
}

function modeOf(key: string | undefined): string | undefined {
  return /^\w+_(test|live)_/.exec(key?.trim() ?? '')?.[1];
}

/** How many guests of one network address, such as an office or a carrier's customers, may use up their allowances at once. */
const GUESTS_AT_ONCE = 20;

/** In production, a test payment provider and an embedded database must be chosen explicitly. */
function missingInProduction(given: NodeJS.ProcessEnv): readonly string[] {
  if (given.NODE_ENV?.trim() !== 'production') return [];
  const isStoreNamed = given.DATABASE_URL !== undefined || given.DATA_DIR !== undefined;
  return [
    ...(given.PAYMENT_PROVIDER === undefined
      ? ['PAYMENT_PROVIDER is not set; expected stripe, or test, which takes no money, where NODE_ENV is production']
      : []),
    ...(isStoreNamed
      ? []
      : ['DATABASE_URL is not set; expected it, or DATA_DIR for the embedded database, where NODE_ENV is production']),
  ];
}

/** By default only with an embedded database outside production. */
function isDemoWanted(settings: Settings): boolean {
  if (settings.DEMO_EVENT !== undefined) return settings.DEMO_EVENT === 'true';
  return settings.NODE_ENV !== 'production' && settings.DATABASE_URL === undefined;
}

function configOf(settings: Settings, onTerminal: boolean): Config {
  const production = settings.NODE_ENV === 'production';
  return {
    production,
    introspection: settings.INTROSPECTION === undefined ? !production : settings.INTROSPECTION === 'true',
    workers: settings.WORKERS,
    http: {
      host: settings.HOST,
      port: settings.PORT,
      trustedProxies: settings.TRUSTED_PROXIES ?? [],
      basePath: settings.BASE_PATH,
      corsOrigins: settings.CORS_ORIGINS,
      maxConnectionsPerAddress: settings.MAX_CONNECTIONS_PER_ADDRESS,
      answerStallSeconds: settings.ANSWER_STALL_SECONDS,
      maxUnreadBytes: settings.MAX_UNREAD_BYTES,
      shutdownDelayMs: settings.SHUTDOWN_DELAY_SECONDS * 1_000,
    },
    trustedOperations: {
      files: settings.TRUSTED_OPERATIONS ?? [],
      only: settings.TRUSTED_OPERATIONS_ONLY === 'true',
    },
    metrics: settings.METRICS_PORT === undefined ? null : { host: settings.METRICS_HOST, port: settings.METRICS_PORT },
    log: {
      level: settings.LOG_LEVEL,
      format: settings.LOG_FORMAT ?? (onTerminal && !production ? 'pretty' : 'json'),
    },
    database: databaseOf(settings),
    demoEvent: isDemoWanted(settings),
    redisUrl: settings.REDIS_URL ?? null,
    identity: {
      secret: secretSource(settings),
      jwksUrl: settings.JWKS_URL ?? null,
      issuers: settings.JWT_ISSUER ?? [],
      audiences: settings.JWT_AUDIENCE ?? [],
      rolesClaim: settings.JWT_ROLES_CLAIM,
      guestTokenSeconds: settings.GUEST_TOKEN_SECONDS,
    },
    reservations: {
      reservationSeconds: settings.RESERVATION_SECONDS,
      extensionSeconds: settings.EXTENSION_SECONDS,
      maxExtensions: settings.MAX_EXTENSIONS,
      maxActiveReservations: settings.MAX_ACTIVE_RESERVATIONS,
      maxSeatsPerReservation: settings.MAX_SEATS_PER_RESERVATION,
    },
    limits: {
      mutationsPerMinute: settings.RATE_LIMIT_PER_MINUTE,
      guestSignInsPerMinute: settings.GUEST_SIGN_INS_PER_MINUTE ?? 5 * settings.RATE_LIMIT_PER_MINUTE,
      queriesPerMinute: settings.QUERY_RATE_LIMIT_PER_MINUTE,
      queryCostPerSecond: settings.QUERY_COST_PER_SECOND,
      maxQueryCost: settings.MAX_QUERY_COST,
      guestMutationsPerMinute:
        settings.MAX_SEATS_PER_ADDRESS === 0 ? 0 : GUESTS_AT_ONCE * settings.RATE_LIMIT_PER_MINUTE,
      maxSeatsPerAddress: settings.MAX_SEATS_PER_ADDRESS,
    },
    admission: { maxInFlight: settings.MAX_OPERATIONS_IN_FLIGHT, maxLagMs: settings.MAX_LAG_MS },
    paymentProvider: paymentProviderOf(settings),
    paymentSeconds: settings.PAYMENT_SECONDS,
    historyDays: settings.HISTORY_DAYS,
    seatMapFrameMs: settings.SEAT_MAP_FRAME_MS,
    maxSeatMaps: settings.MAX_SEAT_MAPS,
    websockets: {
      maxSockets: settings.MAX_WEBSOCKETS,
      maxSocketsPerAddress: settings.MAX_WEBSOCKETS_PER_ADDRESS,
      maxSubscriptions: settings.MAX_SUBSCRIPTIONS_PER_WEBSOCKET,
      operationsPerMinute: settings.WEBSOCKET_OPERATIONS_PER_MINUTE,
      maxMessageBytes: settings.WEBSOCKET_MESSAGE_BYTES,
      initSeconds: settings.WEBSOCKET_INIT_SECONDS,
      unreadBytes: settings.WEBSOCKET_UNREAD_BYTES,
      stallSeconds: settings.WEBSOCKET_STALL_SECONDS,
    },
  };
}

function paymentProviderOf(settings: Settings): PaymentProviderConfig {
  const { STRIPE_SECRET_KEY: secretKey } = settings;
  if (settings.PAYMENT_PROVIDER !== 'stripe' || secretKey === undefined) return { name: 'test' };
  return {
    name: 'stripe',
    secretKey,
    publishableKey: settings.STRIPE_PUBLISHABLE_KEY ?? null,
    webhookSecrets: settings.STRIPE_WEBHOOK_SECRET ?? [],
    capture: settings.STRIPE_CAPTURE,
    apiUrl: settings.STRIPE_API_URL ?? null,
  };
}

function databaseOf(settings: Settings): DatabaseConfig {
  if (settings.DATABASE_URL === undefined) return { kind: 'embedded', dataDir: settings.DATA_DIR };
  return { kind: 'postgres', url: settings.DATABASE_URL, poolSize: settings.DATABASE_POOL_SIZE };
}

/** A secret is created only with the embedded database, and only without an identity provider. */
function secretSource(settings: Settings): SecretSource | null {
  if (settings.JWT_SECRET !== undefined) return { kind: 'given', secret: settings.JWT_SECRET };
  if (settings.JWKS_URL !== undefined || settings.DATABASE_URL !== undefined) return null;
  return { kind: 'persisted', dataDir: settings.DATA_DIR };
}
