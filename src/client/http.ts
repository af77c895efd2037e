import { type AnsweredError, errorOfAnswer, faultCodes, HoldfastError } from './holdfast-error.ts';
import type { OperationRequest } from './operation.ts';

export interface HttpOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
}

export interface SendOptions {
  readonly token: string | null;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly AnsweredError[];
}

/**
 * Sends a query or mutation once, and returns its data.
 * @throws HoldfastError, and the signal's abort reason
 */
export async function send(http: HttpOptions, request: OperationRequest, options: SendOptions): Promise<unknown> {
  const { status, fallback, body } = await exchange(http, http.url, options, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
    },
    body: JSON.stringify(request),
  });
  const answer = isAnswer(body) ? body : null;
  if (answer === null) throw new HoldfastError(`HTTP ${status}`, fallback);
  if (answer.errors !== undefined || answer.data == null) throw errorOfAnswer(answer.errors ?? [], fallback);
  return answer.data;
}

/**
 * Gets JSON of the same server once.
 * @param path from the root of the host, or from the root of the server behind a proxy that strips a prefix
 * @throws HoldfastError, and the signal's abort reason
 */
export async function get(http: HttpOptions, path: string, options: SendOptions): Promise<unknown> {
  const api = absoluteUrl(http.url);
  const folder = new URL('.', api).pathname;
  const url = new URL(path.startsWith(folder) ? path : folder + path.slice(1), api);
  const { status, fallback, body } = await exchange(http, url.href, options, { method: 'GET' });
  if (isAnswer(body) && body.errors !== undefined) throw errorOfAnswer(body.errors, fallback);
  if (status !== 200 || body === undefined) throw new HoldfastError(`HTTP ${status}`, fallback);
  return body;
}

/** A path is relative to the page's address. */
export function absoluteUrl(url: string): URL {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  return new URL(url, location?.href);
}

function exchange(http: HttpOptions, url: string, options: SendOptions, init: RequestInit) {
  const headers = { ...init.headers, ...(options.token !== null && { authorization: `Bearer ${options.token}` }) };
  return within(options, async (signal) => {
    const response = await http.fetch(url, { ...init, headers, signal });
    const { status } = response;
    const fallback = { code: codeOf(status), retryAfterMs: retryAfterMsOf(response) };
    return { status, fallback, body: parsed(await response.text()) };
  });
}

/** From `Retry-After` in seconds. As a date it would depend on the device's clock. */
function retryAfterMsOf({ headers }: Response): number | null {
  const text = headers.get('retry-after');
  return text !== null && /^\d+$/.test(text) ? Number(text) * 1000 : null;
}

/** The code, if the server sent none. */
function codeOf(status: number): string {
  if (status === 429) return 'RATE_LIMITED';
  return status >= 400 && status < 500 ? 'BAD_REQUEST' : faultCodes.badAnswer;
}

/** Undefined if the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAnswer(body: unknown): body is Answer {
  return typeof body === 'object' && body !== null && ('data' in body || 'errors' in body);
}

/** AbortSignal.any and AbortSignal.timeout are not available everywhere yet. */
async function within<T>({ timeoutMs, signal }: SendOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener('abort', abort);
  let isTooLate = false;
  const timer = setTimeout(() => {
    isTooLate = true;
    abort();
  }, timeoutMs);
  try {
    return await work(controller.signal);
  } catch (cause) {
    signal?.throwIfAborted();
    const code = isTooLate ? faultCodes.timeout : faultCodes.network;
    throw new HoldfastError(isTooLate ? `No answer in ${timeoutMs} ms` : 'No answer', { code, cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
