import { Redis, type RedisOptions } from 'ioredis';

// The one place that knows what kind of Redis there is behind the URL.

/** A frozen or silent Redis must not hold up a start for long. */
const CONNECT_TIMEOUT_MS = 1_000;
/** The outer bound for everything sent, handshakes included. What a buyer waits for has a shorter one of its own. */
const COMMAND_TIMEOUT_MS = 2_000;
/** How long a peer that does not answer may keep a connection that was given up half closed. */
const DISCONNECT_TIMEOUT_MS = 100;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;

/** Two connections, because one that Redis pushes messages to must not wait behind commands. */
export interface RedisConnections {
  readonly commands: Redis;
  readonly subscriptions: Redis;
  /** Which of the server's numbered databases the keys are in. */
  readonly database: number;
}

/** Starts connecting, and goes on trying for as long as it takes. */
export function openConnections(url: string): RedisConnections {
  const commands = new Redis(url, options);
  const subscriptions = new Redis(url, options);
  return { commands, subscriptions, database: commands.options.db ?? 0 };
}

const options = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  // What was asked during an outage is stale when Redis is back: it fails at once, and is never sent later.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // Done by whoever subscribed, who has to know when it has succeeded.
  autoResubscribe: false,
  retryStrategy: retryDelayMs,
} satisfies RedisOptions;

/** Doubles up to a second, with some chance in it so that nodes don't all come back at the same moment. */
function retryDelayMs(attempt: number): number {
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LAST_RETRY_MS);
  return delayMs * (0.75 + Math.random() / 4);
}
