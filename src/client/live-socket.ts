import { type Client, createClient, type ExecutionResult, type Sink } from 'graphql-ws/client';
import type { OperationRequest } from './operation.ts';
import { watchPauses } from './pauses.ts';
import { type Backoff, backoffMs } from './retry.ts';

/** Pauses before reconnecting: longer than between requests, because thousands lose their connection at once when a node stops. */
export const reconnectBackoff: Backoff = {
  firstWaitMs: 1_000,
  maxWaitMs: 30_000,
};

/** Proxies without websocket support may never answer. */
const CONNECT_WITHIN_MS = 10_000;

const PING_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;

/** Keeps the connection open between pages that follow one another. */
const LINGER_MS = 3_000;

/** The server has closed the socket because of the token. */
export const FORBIDDEN = 4403;
/** This client has closed the socket because there is no token at present. It reconnects. */
const NO_TOKEN = 4408;

export interface LiveSocketOptions {
  readonly url: string;
  /** Called for every connection; null for no token. */
  token(): Promise<string | null>;
  /** Called with a token that the server refused. Returns whether there may be another. */
  refuse(token: string | null): boolean;
  /** For platforms without a global `WebSocket`. */
  readonly webSocketImpl?: unknown;
  readonly reconnect?: Backoff | undefined;
  readonly random?: () => number;
}

/** Listens to the state of the connection. */
export interface ConnectionWatcher {
  /** The connection is open: operations begin on it. */
  connected(): void;
  /** It is lost: operations begin again on the next one. */
  lost(): void;
  /** It may be lost. */
  doubted(): void;
  /** It is not lost. */
  trusted(): void;
}

interface OpenSocket {
  send(data: string): void;
  close(code: number, reason: string): void;
}

/** A websocket that reconnects by itself, and notices when the server does not answer. It is open only while it has watchers. */
export class LiveSocket {
  readonly #options: LiveSocketOptions;
  /** Created when needed, so that clients which only send requests need no websockets. */
  #client: Client | undefined;
  readonly #watchers = new Set<ConnectionWatcher>();
  #stopWatching: (() => void) | undefined;
  #socket: OpenSocket | undefined;
  #token: string | null = null;
  #unanswered: ReturnType<typeof setTimeout> | undefined;
  #connecting: ReturnType<typeof setTimeout> | undefined;
  #isDoubted = false;
  #isConnected = false;
  /** Ends the pause before the next attempt to connect. */
  #hurry: () => void = () => {};
  #atOnce = false;
  #isDisposed = false;
  /** Number of operations so far. */
  #operations = 0;

  constructor(options: LiveSocketOptions) {
    this.#options = options;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Resubscribes on the next connection when one is lost, with its variables read again. Returns how to stop. */
  subscribe(request: () => OperationRequest, sink: Sink<ExecutionResult<unknown>>): () => void {
    if (this.#isDisposed) return () => {};
    // The stock client needs a text, even if an id is sent instead.
    const { query = '', extensions } = request();
    const payload = {
      query,
      // A getter, which the stock client reads whenever it sends the operation.
      get variables() {
        return request().variables as Record<string, unknown>;
      },
      ...(extensions && { extensions }),
    };
    this.#client ??= this.#open();
    return this.#client.subscribe(payload, sink as Sink);
  }

  /** Returns how to stop. */
  watch(watcher: ConnectionWatcher): () => void {
    this.#watchers.add(watcher);
    this.#stopWatching ??= watchPauses(
      { onSlept: () => this.restart(), onPaused: () => this.#doubt(), onAttention: () => this.verify() },
      { monotonicNow: () => performance.now(), timeOfDay: () => Date.now() },
    );
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      this.#stopWatching?.();
      this.#stopWatching = undefined;
    };
  }

  /** Checks whether the connection is alive, and connects at once if it was waiting to. */
  verify(): void {
    this.#hurry();
    if (this.#socket === undefined || this.#unanswered !== undefined) return;
    this.#socket.send('{"type":"ping"}');
    this.#expectAnswer();
  }

  /** Replaces the connection at once. */
  restart(): void {
    this.#atOnce = true;
    this.#hurry();
    this.#client?.terminate();
  }

  /** Closes the connection for good. Watchers see it as lost, and later subscriptions get no messages. */
  dispose(): void {
    this.#isDisposed = true;
    this.#stopWatching?.();
    // If it never connected, there is nothing to release.
    Promise.resolve(this.#client?.dispose()).catch(() => {});
    this.#hurry();
    this.#lost();
  }

  #open(): Client {
    const { url, webSocketImpl } = this.#options;
    return createClient({
      url,
      webSocketImpl,
      lazyCloseTimeout: LINGER_MS,
      keepAlive: PING_EVERY_MS,
      retryAttempts: Number.POSITIVE_INFINITY,
      // As short as possible, because every message contains it.
      generateID: () => String(++this.#operations),
      retryWait: (retries) => this.#wait(retries),
      shouldRetry: (event) => codeOf(event) !== FORBIDDEN || this.#options.refuse(this.#token),
      connectionParams: () => this.#connectionParams(),
      on: {
        connecting: () => {
          clearTimeout(this.#connecting);
          this.#connecting = setTimeout(() => this.#client?.terminate(), CONNECT_WITHIN_MS);
        },
        opened: (socket) => {
          this.#socket = socket as OpenSocket;
        },
        connected: () => this.#connected(),
        ping: (isTheirs) => !isTheirs && this.#expectAnswer(),
        message: () => this.#answered(),
        closed: () => this.#lost(),
      },
    });
  }

  #connected(): void {
    clearTimeout(this.#connecting);
    this.#isConnected = true;
    for (const watcher of [...this.#watchers]) watcher.connected();
  }

  #doubt(): void {
    this.#isDoubted = true;
    for (const watcher of [...this.#watchers]) watcher.doubted();
    this.verify();
  }

  #expectAnswer(): void {
    this.#unanswered ??= setTimeout(() => this.restart(), ANSWER_WITHIN_MS);
  }

  #answered(): void {
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    if (!this.#isDoubted) return;
    this.#isDoubted = false;
    for (const watcher of [...this.#watchers]) watcher.trusted();
  }

  #lost(): void {
    clearTimeout(this.#connecting);
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    this.#isDoubted = false;
    this.#isConnected = false;
    this.#socket = undefined;
    for (const watcher of [...this.#watchers]) watcher.lost();
  }

  /** Closes the socket instead of throwing if there is no token now, because the stock client would give up on an error. */
  async #connectionParams(): Promise<Record<string, unknown> | undefined> {
    const socket = this.#socket;
    try {
      this.#token = await this.#options.token();
      return this.#token === null ? undefined : { token: this.#token };
    } catch {
      socket?.close(NO_TOKEN, 'No token at present');
      return undefined;
    }
  }

  #wait(retries: number): Promise<void> {
    const { reconnect = reconnectBackoff, random = Math.random } = this.#options;
    const waitMs = this.#atOnce ? 0 : backoffMs(reconnect, retries + 1, random);
    this.#atOnce = false;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export function codeOf(event: unknown): number | undefined {
  const code = typeof event === 'object' && event !== null && 'code' in event ? event.code : undefined;
  return typeof code === 'number' ? code : undefined;
}
