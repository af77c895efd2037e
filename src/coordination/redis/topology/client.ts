import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress, RedisTarget } from '../../../config/redis-url.ts';

// The only place that makes clients, and that knows their errors.

/** A Redis that does not answer must not delay the start of a node for long. */
const CONNECT_TIMEOUT_MS = 1_000;
/** Bound for every command, including handshakes. What a buyer waits for has a shorter one of its own. */
const COMMAND_TIMEOUT_MS = 2_000;
/** A sentinel that does not answer within this is skipped. */
const SENTINEL_TIMEOUT_MS = 500;
/** How long a connection that was given up may stay half closed when the peer does not answer. */
const DISCONNECT_TIMEOUT_MS = 100;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;

/** A connection to the only server, or to the master that the sentinels name. Retries without end. */
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

/** A connection to this server. Retries without end. */
export function connectToNode(target: RedisTarget, { host, port }: RedisAddress): Redis {
  const place = target.socket === undefined ? { host, port } : { path: target.socket };
  return takingFurtherErrors(new Redis({ ...optionsFor(target), ...place }));
}

/** A connection for one question: it connects when `connect` is called, and does not reconnect. */
export function connectOnceToNode(target: RedisTarget, { host, port }: RedisAddress): Redis {
  const options = { ...optionsFor(target), host, port, lazyConnect: true, retryStrategy: null };
  return takingFurtherErrors(new Redis(options));
}

/**
 * Rejects if the work is not done after `timeoutMs`. If this process itself was busy that long, the answer may already be in the socket
 * when the timer fires: one more turn of the event loop lets it be read.
 */
export function withinMs<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`Redis did not answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Whether Redis answered that another server has the key, or will have it in a moment. Then nothing was done. */
export function isRedirection(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK|TRYAGAIN) /.test(error.message);
}

/**
 * A socket closed in the middle of a TLS handshake may emit two errors: that the certificate is not trusted, and then the server's alert.
 * ioredis listens for one, and the other would end the process (redis/ioredis#1183).
 */
function takingFurtherErrors(redis: Redis): Redis {
  const take = () => {};
  // Once for each socket: while the sentinels are gone, `error` is emitted again and again for the same one.
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
    // Commands sent during an outage fail at once, as they would be stale when Redis is back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // The subscriber does it, because it must know when it has succeeded.
    autoResubscribe: false,
    // The master was demoted to a replica while connected.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
    retryStrategy: retryDelayMs,
  } satisfies RedisOptions;
}

function tlsOf({ tls, verifiesTls, authorities }: RedisTarget): ConnectionOptions | undefined {
  if (!tls) return undefined;
  return { rejectUnauthorized: verifiesTls, ...(authorities === undefined ? {} : { ca: authorities }) };
}

/** Doubles up to a second, with jitter so that nodes do not all come back at the same moment. */
function retryDelayMs(attempt: number): number {
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LAST_RETRY_MS);
  return delayMs * (0.75 + Math.random() / 4);
}
