import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress, RedisTarget } from '../../../config/redis-url.ts';

// The one place that makes clients, and knows what their answers may be.

/** A frozen or silent Redis must not hold up a start for long. */
const CONNECT_TIMEOUT_MS = 1_000;
/** The outer bound for everything sent, handshakes included. What a buyer waits for has a shorter one of its own. */
const COMMAND_TIMEOUT_MS = 2_000;
/** A sentinel that does not answer by then is passed over for the next. */
const SENTINEL_TIMEOUT_MS = 500;
/** How long a peer that does not answer may keep a connection that was given up half closed. */
const DISCONNECT_TIMEOUT_MS = 100;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;

/** A connection to the one server, or to whichever the sentinels say is the master. Goes on trying for as long as it takes. */
export function connectToMaster(target: RedisTarget): Redis {
  if (target.kind === 'standalone') return connectToNode(target, target.addresses[0]);
  const tls = tlsOf(target);
  const redis = new Redis({
    ...optionsFor(target),
    sentinels: [...target.addresses],
    name: target.masterName,
    ...(target.sentinelUsername === undefined ? {} : { sentinelUsername: target.sentinelUsername }),
    ...(target.sentinelPassword === undefined ? {} : { sentinelPassword: target.sentinelPassword }),
    ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
    sentinelRetryStrategy: retryDelayMs,
  });
  return takingFurtherErrors(redis);
}

/** A connection to this very server. Goes on trying for as long as it takes. */
export function connectToNode(target: RedisTarget, { host, port }: RedisAddress): Redis {
  const place = target.socket === undefined ? { host, port } : { path: target.socket };
  return takingFurtherErrors(new Redis({ ...optionsFor(target), ...place }));
}

/** The same, for one question: it connects when it is told to, and only once. */
export function connectOnceToNode(target: RedisTarget, { host, port }: RedisAddress): Redis {
  const options = { ...optionsFor(target), host, port, lazyConnect: true, retryStrategy: null };
  return takingFurtherErrors(new Redis(options));
}

/**
 * Rejects if the work is not done after `timeoutMs`. When this process itself was busy for that long, the answer may be
 * in the socket already while timers run first: one more turn of the event loop lets it be read.
 */
export function withinMs<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`Redis did not answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Whether the answer was that another server has the key, or will in a moment: nothing was done, and nobody had to wait. */
export function isRedirection(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK|TRYAGAIN) /.test(error.message);
}

/**
 * A socket that is closed in the middle of a TLS handshake may have two errors: that the certificate is not trusted, and
 * then the server's complaint. ioredis listens for one, and the other would end the process (redis/ioredis#1183).
 */
function takingFurtherErrors(redis: Redis): Redis {
  const take = () => {};
  // Once for each socket: while the sentinels are gone, errors come again and again after the last one.
  return redis.on('error', () => redis.stream?.off('error', take).on('error', take));
}

function optionsFor(target: RedisTarget) {
  const tls = tlsOf(target);
  return {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(tls === undefined ? {} : { tls }),
    db: target.database,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    // What was asked during an outage is stale when Redis is back: it fails at once, and is never sent later.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Done by whoever subscribed, who has to know when it has succeeded.
    autoResubscribe: false,
    // A master that was made a replica while it was connected to.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
    retryStrategy: retryDelayMs,
  } satisfies RedisOptions;
}

function tlsOf({ tls, verifiesTls, authorities }: RedisTarget): ConnectionOptions | undefined {
  if (!tls) return undefined;
  return { rejectUnauthorized: verifiesTls, ...(authorities === undefined ? {} : { ca: authorities }) };
}

/** Doubles up to a second, with some chance in it so that nodes don't all come back at the same moment. */
function retryDelayMs(attempt: number): number {
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LAST_RETRY_MS);
  return delayMs * (0.75 + Math.random() / 4);
}
