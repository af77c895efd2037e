import { Client, type Dispatcher } from 'undici';

/** How long an answer may take until the load calls it lost. */
const LOST_AFTER_MS = 60_000;

/** Ready to be sent: signing and serialising are no part of what is measured. */
export interface SignedRequest {
  readonly authorization: string;
  readonly body: string;
}

/** What came back, as it came. */
export interface RawAnswer {
  /** Place of the request among those prepared. */
  readonly at: number;
  /** By this process' `performance.now`. */
  readonly sentAt: number;
  readonly tookMs: number;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  /** The fault when no answer came. */
  readonly body: string;
}

export interface Source {
  /** What to send next; undefined when there is nothing more. */
  next(): { readonly at: number; readonly request: SignedRequest } | undefined;
  /** A reservation was granted. */
  granted(): void;
}

/** One keep-alive connection. Handles its own answers, one at a time, so that little is made for each. */
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

  /** Connected, and known to the server. */
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

  /** Sends one request after the other until the source has no more. Gives what came back. */
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
