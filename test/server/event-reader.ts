import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { waitFor } from '../support/wait-for.ts';

interface ReaderOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST';
}

/** Records a stream of server-sent events. */
export class EventReader implements Disposable {
  readonly #response: IncomingMessage;
  #bytes: Buffer[] = [];
  /** Whether the connection has ended. */
  isClosed = false;

  static async open(url: string, query: string, options: ReaderOptions = {}): Promise<EventReader> {
    const { variables = {}, headers = {}, method = 'POST' } = options;
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    const asked = request(method === 'GET' ? `${url}?${search}` : url, {
      method,
      // A connection of its own.
      agent: false,
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
    });
    asked.end(method === 'GET' ? undefined : JSON.stringify({ query, variables }));
    const [response] = await once(asked, 'response');
    return new EventReader(response);
  }

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.on('error', () => {});
    response.on('close', () => {
      this.isClosed = true;
    });
    response.on('data', (bytes: Buffer) => this.#bytes.push(bytes));
  }

  get status(): number {
    return this.#response.statusCode ?? Number.NaN;
  }

  get headers(): IncomingHttpHeaders {
    return this.#response.headers;
  }

  /** Everything so far. */
  get text(): string {
    const bytes = Buffer.concat(this.#bytes);
    this.#bytes = [bytes];
    return String(bytes);
  }

  get receivedBytes(): number {
    return this.#bytes.reduce((sum, { length }) => sum + length, 0);
  }

  /** Data of the events of this type. */
  data(event: 'next' | 'complete'): string[] {
    const start = `event: ${event}\ndata:`;
    const parts = this.text.split('\n\n').slice(0, -1);
    return parts.filter((part) => part.startsWith(start)).map((part) => part.slice(start.length).trimStart());
  }

  results<Result>(): readonly Result[] {
    return this.data('next').map((text) => JSON.parse(text));
  }

  told<Result>(count: number): Promise<readonly Result[]> {
    const enough = () => (this.data('next').length >= count ? this.results<Result>() : undefined);
    return waitFor(enough, { withinMs: 20_000, what: `${count} results` });
  }

  /** Everything until the end of the connection. */
  async all(): Promise<string> {
    await waitFor(() => this.isClosed, { withinMs: 20_000, what: 'the stream to end' });
    return this.text;
  }

  /** Stops reading, so that data stay with the server. */
  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  [Symbol.dispose](): void {
    this.#response.destroy();
  }
}
