import { type Client, createClient, type ExecutionResult, type Sink } from 'graphql-ws/client';
import type { OperationRequest } from './operation.ts';
import { watchPauses } from './pauses.ts';
import { type Backoff, backoffMs } from './retry.ts';

/** Waits before connecting again: longer than between requests, as thousands lose their connection at once when a node stops. */
export const reconnectBackoff: Backoff = {
  firstWaitMs: 1_000,
  maxWaitMs: 30_000,
};

/** Proxies that don't know websockets may leave them waiting for ever. */
const CONNECT_WITHIN_MS = 10_000;

const PING_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;

/** Pages that follow one another find the connection still there. */
const LINGER_MS = 3_000;

/** Closed by the server because of the token. */
export const FORBIDDEN = 4403;
/** Closed by this side because there is no token at present: comes back. */
const NO_TOKEN = 4408;

export interface LiveSocketOptions {
  readonly url: string;
  /** Asked at every connection; null for nobody. */
  token(): Promise<string | null>;
  /** Told of one that the server refused: whether there may be another. */
  refuse(token: string | null): boolean;
  /** Where there is no global one. */
  readonly webSocketImpl?: unknown;
  readonly reconnect?: Backoff | undefined;
  readonly random?: () => number;
}

/** What happens to a connection, for those whose operations run on it. */
export interface ConnectionWatcher {
  /** Operations begin on it. */
  connected(): void;
  /** It is lost: operations begin anew on the next one. */
  lost(): void;
  /** It may be lost. */
  doubted(): void;
  /** It is not lost after all. */
  trusted(): void;
}

interface OpenSocket {
  send(data: string): void;
  close(code: number, reason: string): void;
}

/** A websocket that comes back by itself, notices when nobody answers any more, and says so. Open only while it is watched. */
export class LiveSocket {
  readonly #options: LiveSocketOptions;
  /** Made when it is needed: where only requests are sent, no websockets need to be there. */
  #client: Client | undefined;
  readonly #watchers = new Set<ConnectionWatcher>();
  #stopWatching: (() => void) | undefined;
  #socket: OpenSocket | undefined;
  #token: string | null = null;
  #unanswered: ReturnType<typeof setTimeout> | undefined;
  #connecting: ReturnType<typeof setTimeout> | undefined;
  #isDoubted = false;
  #isConnected = false;
  /** Ends the wait for the next attempt to connect. */
  #hurry: () => void = () => {};
  #atOnce = false;
  #isDisposed = false;

  constructor(options: LiveSocketOptions) {
    this.#options = options;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Goes on with the next connection when one is lost, for which its variables are asked for again. Returns how to stop. */
  subscribe(request: () => OperationRequest, sink: Sink<ExecutionResult<unknown>>): () => void {
    if (this.#isDisposed) return () => {};
    // An empty text stands for none, which the stock client does not know.
    const { query = '', extensions } = request();
    const payload = {
      query,
      // Read by the stock client whenever it sends the operation.
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

  /** Finds out whether the connection is alive, and connects at once where it was waiting to. */
  verify(): void {
    this.#hurry();
    if (this.#socket === undefined || this.#unanswered !== undefined) return;
    this.#socket.send('{"type":"ping"}');
    this.#expectAnswer();
  }

  /** Gives the connection up for another, at once. */
  restart(): void {
    this.#atOnce = true;
    this.#hurry();
    this.#client?.terminate();
  }

  /** Closes the connection. Whoever watches sees it lost, and what is subscribed to from now on stays silent. */
  dispose(): void {
    this.#isDisposed = true;
    this.#stopWatching?.();
    // Where it never connected, there is nothing to let go of.
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
      retryWait: (retries) => this.#wait(retries),
      shouldRetry: (event) => codeOf(event) !== FORBIDDEN || this.#options.refuse(this.#token),
      connectionParams: () => this.#introduce(),
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

  /** The stock client gives up on what is thrown here, so a token that cannot be had now closes the socket, to come back. */
  async #introduce(): Promise<Record<string, unknown> | undefined> {
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
