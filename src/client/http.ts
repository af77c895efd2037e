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
 * @throws HoldfastError, and what the signal was aborted with
 */
export async function send(http: HttpOptions, request: OperationRequest, options: SendOptions): Promise<unknown> {
  const response = await within(options, (signal) =>
    http
      .fetch(http.url, {
        method: 'POST',
        headers: {
          accept: 'application/graphql-response+json, application/json;q=0.9',
          'content-type': 'application/json',
          ...(options.token !== null && { authorization: `Bearer ${options.token}` }),
        },
        body: JSON.stringify(request),
        signal,
      })
      .then(async (response) => ({
        fallback: { code: codeOf(response.status), retryAfterMs: retryAfterMsOf(response) },
        status: response.status,
        answer: answerIn(await response.text()),
      })),
  );
  const { status, fallback, answer } = response;
  if (answer === null) throw new HoldfastError(`HTTP ${status}`, fallback);
  if (answer.errors !== undefined || answer.data == null) throw errorOfAnswer(answer.errors ?? [], fallback);
  return answer.data;
}

/** Parses `Retry-After` in seconds. A date would depend on the device's clock. */
function retryAfterMsOf({ headers }: Response): number | null {
  const text = headers.get('retry-after');
  return text !== null && /^\d+$/.test(text) ? Number(text) * 1000 : null;
}

/** The code, if the server sent none. */
function codeOf(status: number): string {
  if (status === 429) return 'RATE_LIMITED';
  return status >= 400 && status < 500 ? 'BAD_REQUEST' : faultCodes.badAnswer;
}

function answerIn(body: string): Answer | null {
  try {
    const answer: unknown = JSON.parse(body);
    const isAnswer = typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer);
    return isAnswer ? (answer as Answer) : null;
  } catch {
    return null;
  }
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
