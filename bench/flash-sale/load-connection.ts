import { Client, type Dispatcher } from 'undici';

/** Timeout of an answer, after which it counts as lost. */
const LOST_AFTER_MS = 60_000;

/** Signed and serialized before the measurement. */
export interface SignedRequest {
  readonly authorization: string;
  readonly body: string;
}

/** An answer that is not parsed yet. */
export interface RawAnswer {
  /** Position in the prepared requests. */
  readonly at: number;
  /** By this process' `performance.now`. */
  readonly sentAt: number;
  readonly tookMs: number;
  /** Undefined if there was no answer. */
  readonly status: number | undefined;
  /** The fault if there was no answer. */
  readonly body: string;
}

export interface Source {
  /** The next request; undefined if there is none. */
  next(): { readonly at: number; readonly request: SignedRequest } | undefined;
  /** To be called for each granted reservation. */
  granted(): void;
}

/** One keep-alive connection, without pipelining. Handles answers itself, to allocate little for each. */
export class LoadConnection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #path: string;
  #answers: RawAnswer[] = [];
  #source: Source | undefined;
  #done: (() => void) | undefined;
  #at = 0;
  #sentAt = 0;
  #status: number | undefined;
  #body = '';

  private constructor(url: URL) {
    this.#client = new Client(url.origin, { headersTimeout: LOST_AFTER_MS, bodyTimeout: LOST_AFTER_MS });
    this.#path = url.pathname;
  }

  /** Connects, and sends one request so that the server knows the connection. */
  static async open(graphqlUrl: string): Promise<LoadConnection> {
    const connection = new LoadConnection(new URL(graphqlUrl));
    const path = `${connection.#path}?query=%7B__typename%7D`;
    const { body } = await connection.#client.request({
      path,
      method: 'GET',
      headers: { 'content-type': 'application/json' },
    });
    await body.dump();
    return connection;
  }

  /** Sends requests one after the other until the source has no more. Resolves to the answers. */
  async send(source: Source): Promise<readonly RawAnswer[]> {
    this.#source = source;
    this.#answers = [];
    await new Promise<void>((resolve) => {
      this.#done = resolve;
      this.#sendNext();
    });
    return this.#answers;
  }

  close(): void {
    void this.#client.destroy();
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body += chunk.toString();
  }

  onResponseEnd(): void {
    if (this.#body.includes('"__typename":"Reservation"')) this.#source?.granted();
    this.#answered();
  }

  onResponseError(_: Dispatcher.DispatchController, fault: Error): void {
    this.#status = undefined;
    this.#body = fault.message;
    this.#answered();
  }

  #answered(): void {
    const tookMs = performance.now() - this.#sentAt;
    this.#answers.push({ at: this.#at, sentAt: this.#sentAt, tookMs, status: this.#status, body: this.#body });
    this.#sendNext();
  }

  #sendNext(): void {
    const next = this.#source?.next();
    if (next === undefined) {
      this.#done?.();
      return;
    }
    this.#at = next.at;
    this.#body = '';
    this.#sentAt = performance.now();
    const { authorization, body } = next.request;
    const headers = ['content-type', 'application/json', 'authorization', authorization];
    this.#client.dispatch({ path: this.#path, method: 'POST', headers, body }, this);
  }
}
