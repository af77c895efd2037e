import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What happens to a request: a foreign answer, the server's answer, or a lost answer of the server. */
export type Fate =
  | 'pass'
  | 'done, but the answer is lost'
  | {
      readonly status: number;
      readonly body: string;
      readonly contentType?: string;
      /** In seconds. */
      readonly retryAfter?: number;
    };

/** A proxy in front of a server, which handles requests as a list of fates says. */
export class FaultyFront implements AsyncDisposable {
  /** Bodies of all requests. */
  readonly requests: {
    readonly token: string | undefined;
    readonly body: Record<string, unknown>;
    readonly atMs: number;
  }[] = [];
  fates: Fate[] = [];
  readonly #target: string;
  readonly #server: Server;

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(graphqlUrl: string): Promise<FaultyFront> {
    const front = new FaultyFront(graphqlUrl);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  get graphqlUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/graphql`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await text(request);
    const { authorization } = request.headers;
    this.requests.push({
      token: authorization?.slice('Bearer '.length),
      body: JSON.parse(sent),
      atMs: performance.now(),
    });
    const fate = this.fates.shift() ?? 'pass';
    if (typeof fate === 'object') {
      const { status, body, contentType = 'application/json', retryAfter } = fate;
      const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      response.writeHead(status, { 'content-type': contentType, ...wait }).end(body);
      return;
    }
    const headers = { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) };
    const answer = await fetch(this.#target, { method: 'POST', headers, body: sent });
    const answered = await answer.text();
    if (fate === 'pass') response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
    else request.socket.destroy();
  }
}
