import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyText } from 'node:stream/consumers';
import { StripeAccount } from './api.ts';
import { answerBank } from './bank.ts';
import { StripeFault } from './errors.ts';
import { parseForm } from './form.ts';
import { type Answer, IdempotencyKeys } from './idempotency.ts';
import { Ids } from './ids.ts';
import { Webhooks } from './webhooks.ts';

/** What goes wrong with a request. Whatever is done is done once; what differs is what the caller hears of it. */
export type Interference =
  | 'none'
  /** 429, before the idempotency layer (https://docs.stripe.com/error-low-level#idempotency). */
  | 'rate limit'
  /** The connection breaks before anything is done, or after all is done. */
  | 'lose request'
  | 'lose answer'
  /** 500, with nothing done, or all; kept for the idempotency key. */
  | 'fail'
  | 'fail after'
  /** No answer ever: with nothing done, or all. */
  | 'hang'
  | 'hang after'
  /** The request is being executed, or its answer is under way, until the promise resolves. */
  | { readonly executeAfter: Promise<unknown> }
  | { readonly answerAfter: Promise<unknown> };

export interface Call {
  readonly method: string;
  /** Without the query: '/v1/payment_intents/pi_1/capture'. */
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly body: string;
}

/**
 * Stripe's API for tests, on loopback, with all state in memory and the same answers as the real one. Made for the official library: its
 * `host`, `port` and `protocol` lead here. Any key that begins with `sk_test_` has access to the one account there is.
 */
export class StripeDouble implements AsyncDisposable {
  readonly account: StripeAccount;
  readonly webhooks = new Webhooks();
  readonly idempotencyKeys = new IdempotencyKeys();
  /** All requests so far. */
  readonly calls: Call[] = [];
  interfere: (call: Call) => Interference = () => 'none';
  readonly #ids = new Ids();
  readonly #server: Server;

  private constructor() {
    this.account = new StripeAccount({
      listener: (event) => this.webhooks.send(event),
      bankUrl: () => `${this.url}/bank`,
    });
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => response.destroy(error));
    });
  }

  static async open(): Promise<StripeDouble> {
    const double = new StripeDouble();
    double.#server.listen(0, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  /** For `STRIPE_API_URL`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The buyer answers the bank. */
  authenticate(paymentIntent: string, isApproved: boolean): void {
    this.account.intents.authenticate(this.account.intents.find(paymentIntent), isApproved);
  }

  /** Closes all connections, as when the network breaks. */
  disconnect(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.webhooks[Symbol.asyncDispose]();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.disconnect();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyText(request);
    const { pathname, search } = new URL(request.url ?? '/', this.url);
    if (pathname.startsWith('/bank/')) return answerBank(this.account.intents, { pathname, body }, response);
    const key = request.headers['idempotency-key'];
    const call = {
      method: request.method ?? 'GET',
      path: pathname,
      idempotencyKey: typeof key === 'string' ? key : null,
      body,
    };
    this.calls.push(call);
    const interference = this.interfere(call);
    if (interference === 'hang') return;
    if (interference === 'lose request') {
      response.destroy();
      return;
    }
    const answer = await this.#answer(call, { request, search, interference });
    if (typeof interference === 'object' && 'answerAfter' in interference) await interference.answerAfter;
    if (interference === 'hang after') return;
    if (interference === 'lose answer') {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body, null, 2));
  }

  async #answer(call: Call, { request, search, interference }: Asked): Promise<Answer> {
    const headers: Record<string, string> = { 'request-id': this.#ids.next('req') };
    if (call.idempotencyKey !== null) headers['idempotency-key'] = call.idempotencyKey;
    try {
      authorize(request.headers.authorization);
      if (interference === 'rate limit') throw rateLimited();
      const isKeyed = call.method === 'POST' && call.idempotencyKey !== null;
      if (!isKeyed) return await this.#execute(call, search, { headers, interference });
      const { idempotencyKey: key, path, body } = call;
      const kept = this.idempotencyKeys.begin(key ?? '', path, body);
      if (kept !== null) return { ...kept, headers: { ...kept.headers, 'request-id': headers['request-id'] ?? '' } };
      const answer = await this.#execute(call, search, { headers, interference }).catch((error: unknown) => {
        const fault = answerTo(error, headers);
        this.idempotencyKeys.end(key ?? '', fault.isKept ? fault.answer : null);
        throw error;
      });
      this.idempotencyKeys.end(key ?? '', answer);
      return answer;
    } catch (error) {
      return answerTo(error, headers).answer;
    }
  }

  async #execute(
    { method, path, body }: Call,
    search: string,
    { headers, interference }: { readonly headers: Record<string, string>; readonly interference: Interference },
  ): Promise<Answer> {
    if (typeof interference === 'object' && 'executeAfter' in interference) await interference.executeAfter;
    if (interference === 'fail') throw broken();
    const parameters = parseForm(method === 'GET' ? search.slice(1) : body);
    const answer = this.account.answer(method, path, parameters);
    if (interference === 'fail after') throw broken();
    return { status: 200, body: answer, headers };
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly search: string;
  readonly interference: Interference;
}

function answerTo(
  error: unknown,
  headers: Record<string, string>,
): { readonly answer: Answer; readonly isKept: boolean } {
  if (!(error instanceof StripeFault)) throw error;
  const { status, isKept } = error;
  // A conflict will be over soon; a 500 is kept, so that to ask again is in vain (stripe-node, RequestSender._shouldRetry).
  const retry =
    status === 409 ? { 'stripe-should-retry': 'true' } : status === 500 ? { 'stripe-should-retry': 'false' } : {};
  return { answer: { status, body: { error: error.error }, headers: { ...headers, ...retry } }, isKept };
}

function authorize(header: string | undefined): void {
  if (header?.startsWith('Bearer sk_test_') || header?.startsWith('Bearer rk_test_')) return;
  const message = header === undefined ? 'You did not provide an API key.' : 'Invalid API Key provided.';
  throw new StripeFault(401, { type: 'invalid_request_error', message }, { isKept: false });
}

function rateLimited(): StripeFault {
  const error = {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message: 'Too many requests made to the API.',
  } as const;
  return new StripeFault(429, error, { isKept: false });
}

function broken(): StripeFault {
  return new StripeFault(500, { type: 'api_error', message: 'An unknown error occurred.' });
}
