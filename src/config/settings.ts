import { z } from 'zod';
import {
  basePath,
  claimName,
  dataDirectory,
  fileNames,
  hostName,
  networks,
  oneOf,
  origins,
  postgresUrl,
  redisUrl,
  secret,
  stripePublishableKey,
  stripeSecretKey,
  stripeWebhookSecrets,
  texts,
  webOrigin,
  webUrl,
  whole,
} from './values.ts';

/** The documentation of a setting. */
interface SettingNotes {
  readonly default: string;
  readonly meaning: string;
  /** Whether the value may contain a password. Then it is never shown. */
  readonly confidential: boolean;
}

const notes = z.registry<SettingNotes>();

/** All settings: their names in the environment, allowed values, and meaning. */
export const settingsSchema = z.object({
  NODE_ENV: byDefault(
    'development',
    oneOf('production', 'development', 'test'),
    '`production` turns the API explorer off',
  ),
  HOST: byDefault('127.0.0.1', hostName, 'address to listen on'),
  PORT: byDefault('4000', whole(0, 65_535), 'port of HTTP and websockets, both on `/graphql`; 0 takes a free one'),
  WORKERS: byDefault(
    '1',
    whole(1, 256),
    'nodes on this port, each a process that takes a core; more than one need `DATABASE_URL` and `REDIS_URL`',
  ),
  TRUSTED_PROXIES: otherwise(
    'none',
    networks,
    'addresses or CIDR blocks, separated by commas, of proxies whose `X-Forwarded-For` counts',
  ),
  BASE_PATH: byDefault(
    '/',
    basePath,
    'path of the public address, if a proxy passes it on: `/tickets` for `https://host/tickets/`. Not needed for a proxy that strips it',
  ),
  CORS_ORIGINS: byDefault(
    '*',
    origins,
    'origins, separated by commas, whose pages may call the API, also over websockets; `*` allows all',
  ),
  MAX_CONNECTIONS_PER_ADDRESS: byDefault(
    '1000',
    whole(0, 1_000_000),
    'HTTP connections of one network address to a node, IPv6 by its /64; trusted proxies have no limit; 0 turns it off',
  ),
  ANSWER_STALL_SECONDS: byDefault(
    '30',
    whole(1, 3600),
    'a client that reads nothing of an answer over HTTP for this long is disconnected',
  ),
  MAX_UNREAD_BYTES: byDefault(
    '100000000',
    whole(1_000_000, 10_000_000_000),
    'bytes of answers over HTTP that a node buffers, a third of them for one network address; beyond, the clients that have been reading for the longest are disconnected',
  ),
  TRUSTED_OPERATIONS: otherwise(
    'none',
    fileNames,
    "manifests of the operations that your apps may send by hash, separated by commas; those of Holdfast's own client always may",
  ),
  TRUSTED_OPERATIONS_ONLY: byDefault(
    'false',
    oneOf('true', 'false'),
    '`true` refuses every operation that is in none of these manifests',
  ),
  INTROSPECTION: otherwise(
    '`false` in production, otherwise `true`',
    oneOf('true', 'false'),
    '`true` lets clients ask for the schema, and suggests names for those it does not know',
  ),
  LOG_LEVEL: byDefault(
    'info',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`',
  ),
  LOG_FORMAT: otherwise(
    '`pretty` on a terminal outside production, otherwise `json`',
    oneOf('json', 'pretty'),
    '`json` or `pretty`',
  ),
  DATABASE_URL: confidential(
    'none: the embedded database',
    postgresUrl,
    'Postgres 15 or later, by any URI that libpq takes ([forms](operations.md#postgres))',
  ),
  DATABASE_POOL_SIZE: byDefault(
    '10',
    whole(1, 1000),
    'connections to Postgres of a node: three in ten for reads, the others for writes, at least one of each',
  ),
  DATA_DIR: byDefault(
    './data',
    dataDirectory,
    'directory of the embedded database; `memory://` keeps nothing; not used with `DATABASE_URL`, and in production only where it is set',
  ),
  DEMO_EVENT: otherwise(
    '`true` with the embedded database outside production, otherwise `false`',
    oneOf('true', 'false'),
    '`true` creates a demo event, on sale, if there are no events yet',
  ),
  REDIS_URL: confidential(
    'none: one node, in-process',
    redisUrl,
    'Redis, which several nodes need: `redis://`, `redis+sentinel://` or `redis+cluster://`, and `rediss` for TLS ([forms](operations.md#redis))',
  ),
  JWT_SECRET: confidential(
    'embedded: a random one, kept in `DATA_DIR`; otherwise it or `JWKS_URL` is required',
    secret,
    'secret of HS256 tokens, 32 bytes or more; guests are signed in with it',
  ),
  JWKS_URL: confidential('none', webUrl, "keys of an identity provider's tokens; guests need a `JWT_SECRET` as well"),
  JWT_ISSUER: otherwise(
    'none: any; required with `JWKS_URL` in production',
    texts,
    "the identity provider's `iss`, exactly as in its tokens; several are separated by commas ([which tokens](operations.md#identity-providers))",
  ),
  JWT_AUDIENCE: otherwise(
    'none: any; required with `JWKS_URL` in production',
    texts,
    'name of this server in `aud`, so that tokens for other applications are refused; several are separated by commas',
  ),
  JWT_ROLES_CLAIM: byDefault(
    'roles',
    claimName,
    'claim with the roles, of which `organizer` counts: a name, or a path such as `realm_access.roles`; a list, or a text with spaces or commas',
  ),
  GUEST_TOKEN_SECONDS: byDefault(
    '86400',
    whole(1, 31_536_000),
    "how long a guest's token is valid; for another hour it can be renewed",
  ),
  SHUTDOWN_DELAY_SECONDS: byDefault(
    '0',
    whole(0, 300),
    'how long a stopping node goes on serving, while `/readyz` says that it is not ready',
  ),
  METRICS_HOST: byDefault('127.0.0.1', hostName, 'address on which metrics are served'),
  METRICS_PORT: otherwise(
    'none: not served',
    whole(0, 65_535),
    'port on which `/metrics` is served, for Prometheus; 0 takes a free one. Not for the public',
  ),
  RESERVATION_SECONDS: byDefault('600', whole(1, 86_400), 'length of a reservation, unless its event sets another'),
  EXTENSION_SECONDS: byDefault('300', whole(1, 86_400), 'what one extension adds'),
  MAX_EXTENSIONS: byDefault('1', whole(0, 100), 'extensions of one reservation'),
  MAX_ACTIVE_RESERVATIONS: byDefault('3', whole(1, 1000), 'active reservations of one viewer for one event'),
  MAX_SEATS_PER_RESERVATION: byDefault('10', whole(1, 1000), 'seats in one reservation'),
  HISTORY_DAYS: byDefault(
    '30',
    whole(0, 36_500),
    'how long reservations that ended without a booking are kept, with the answers to their idempotency keys, and the change log of an event that has begun; 0 keeps them for ever',
  ),
  RATE_LIMIT_PER_MINUTE: byDefault('60', whole(0, 1_000_000), 'mutations of one viewer; 0 turns the limit off'),
  GUEST_SIGN_INS_PER_MINUTE: otherwise(
    'five times `RATE_LIMIT_PER_MINUTE`',
    whole(0, 5_000_000),
    'guests signed in from one network address, and renewals of one guest; 0 turns the limit off',
  ),
  QUERY_RATE_LIMIT_PER_MINUTE: byDefault(
    '6000',
    whole(0, 10_000_000),
    'requests without a token from one network address, counted by each node for itself; 0 turns the limit off',
  ),
  QUERY_COST_PER_SECOND: byDefault(
    '200000',
    whole(0, 1_000_000_000),
    'cost of the queries of one network address a second ([how it is counted](limits.md#cost)), and five times that at once, counted by each node for itself; 0 turns the limit off',
  ),
  MAX_QUERY_COST: byDefault(
    '50000',
    whole(0, 1_000_000_000),
    'cost of one operation ([how it is counted](limits.md#cost)); 0 turns the limit off',
  ),
  MAX_SEATS_PER_ADDRESS: byDefault(
    '100',
    whole(0, 1_000_000),
    'seats that the guests of one network address hold at a time, over all events; 0 counts guests separately, as for kiosks',
  ),
  MAX_OPERATIONS_IN_FLIGHT: byDefault(
    '5000',
    whole(1, 1_000_000),
    'operations in flight on a node; more are refused for now',
  ),
  MAX_LAG_MS: byDefault(
    '1500',
    whole(10, 60_000),
    'how long requests may wait for the event loop, in milliseconds, before the node refuses new operations',
  ),
  PAYMENT_PROVIDER: otherwise(
    '`test`; required in production',
    oneOf('test', 'stripe'),
    'the payment provider: `test` takes no money, and accepts every payment; `stripe` is [Stripe](stripe.md)',
  ),
  STRIPE_SECRET_KEY: confidential(
    'none; required with `PAYMENT_PROVIDER=stripe`',
    stripeSecretKey,
    'secret key of your account at Stripe, or a restricted one ([which rights](stripe.md#setting-it-up))',
  ),
  STRIPE_PUBLISHABLE_KEY: confidential(
    'none; required with `PAYMENT_PROVIDER=stripe` in production',
    stripePublishableKey,
    "publishable key of the same account, with which clients load Stripe's form",
  ),
  STRIPE_WEBHOOK_SECRET: confidential(
    'none; required with `PAYMENT_PROVIDER=stripe` in production',
    stripeWebhookSecrets,
    'signing secret of the endpoint at Stripe that calls `/webhooks/stripe`; two during a rotation, separated by a comma',
  ),
  STRIPE_CAPTURE: byDefault(
    'manual',
    oneOf('manual', 'automatic'),
    '`manual` authorizes, and captures what was booked; `automatic` charges at once, and refunds what could not be booked, for methods such as iDEAL ([more](stripe.md#when-money-is-taken))',
  ),
  STRIPE_API_URL: otherwise("Stripe's own", webOrigin, "address of Stripe's API, for tests"),
  PAYMENT_SECONDS: byDefault(
    '30',
    whole(1, 600),
    'how long a payment may take; a reservation being paid for holds that long',
  ),
  MAX_SEAT_MAPS: byDefault(
    '1000',
    whole(1, 100_000),
    'seat maps in memory at once, up to half a megabyte each; unused ones are closed first, and beyond that live maps are refused as busy',
  ),
  SEAT_MAP_FRAME_MS: byDefault(
    '50',
    whole(1, 1000),
    'changes of a seat map are collected into one frame for this long, in milliseconds',
  ),
  MAX_WEBSOCKETS: byDefault('20000', whole(1, 1_000_000), 'websockets and event streams a node serves at once'),
  MAX_WEBSOCKETS_PER_ADDRESS: byDefault(
    '500',
    whole(0, 1_000_000),
    'websockets and event streams of one network address (of IPv6, a /64) a node serves at once; whole offices and mobile networks share one; 0 turns the limit off',
  ),
  MAX_SUBSCRIPTIONS_PER_WEBSOCKET: byDefault(
    '100',
    whole(1, 10_000),
    'operations that run on one websocket at once, subscriptions first of all',
  ),
  WEBSOCKET_OPERATIONS_PER_MINUTE: byDefault(
    '600',
    whole(0, 1_000_000),
    'operations that a client may begin on one websocket; with four times as many messages it is closed; 0 turns both limits off',
  ),
  WEBSOCKET_MESSAGE_BYTES: byDefault('100000', whole(1000, 100_000_000), 'largest message a client may send'),
  WEBSOCKET_INIT_SECONDS: byDefault('5', whole(1, 600), 'how long a client may take to send `connection_init`'),
  WEBSOCKET_UNREAD_BYTES: byDefault(
    '128000',
    whole(1000, 100_000_000),
    'a client that has more unread gets no changes until it reads on, and then the whole difference',
  ),
  WEBSOCKET_STALL_SECONDS: byDefault(
    '60',
    whole(1, 3600),
    'a client that does not answer a ping for this long is closed: it has to have read what was sent before it; an event stream, when nothing could be written to it for this long',
  ),
});

export type Settings = z.output<typeof settingsSchema>;

/** One row of the settings' documentation. `default` and `meaning` are Markdown. */
export interface SettingRow {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

export const settingsTable: readonly SettingRow[] = Object.entries(settingsSchema.shape).map(([name, schema]) => ({
  name,
  default: notes.get(schema)?.default ?? '',
  meaning: notes.get(schema)?.meaning ?? '',
}));

export const confidentialSettings: ReadonlySet<string> = new Set(
  Object.entries(settingsSchema.shape).flatMap(([name, schema]) => (notes.get(schema)?.confidential ? [name] : [])),
);

function byDefault<T>(value: string, schema: z.ZodType<T, string>, meaning: string) {
  return schema.prefault(value).register(notes, { default: `\`${value}\``, meaning, confidential: false });
}

function otherwise<T>(instead: string, schema: z.ZodType<T, string>, meaning: string) {
  return schema.optional().register(notes, { default: instead, meaning, confidential: false });
}

function confidential<T>(instead: string, schema: z.ZodType<T, string>, meaning: string) {
  return schema.optional().register(notes, { default: instead, meaning, confidential: true });
}
