/** A GraphQL error of an answer. */
export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface HoldfastErrorDetails {
  readonly code: string;
  readonly retryAfterMs?: number | null;
  readonly errors?: readonly AnsweredError[];
  readonly cause?: unknown;
}

/** Codes of the client's own errors. */
export const faultCodes = {
  /** No answer came: it is not known whether the operation was executed. */
  network: 'NETWORK_FAULT',
  /** No answer came in time: it is not known whether the operation was executed. */
  timeout: 'TIMED_OUT',
  /** The answer is not GraphQL, and probably comes from a proxy. */
  badAnswer: 'BAD_ANSWER',
  /** The server closed the websocket for good: `docs/realtime.md` has the reasons by code. */
  closed: 'CONNECTION_REFUSED',
} as const;

/** Temporary faults: the same request may succeed a little later. */
const temporaryCodes: ReadonlySet<string> = new Set([
  faultCodes.network,
  faultCodes.timeout,
  faultCodes.badAnswer,
  'SERVICE_BUSY',
  'RATE_LIMITED',
  'INTERNAL_SERVER_ERROR',
]);

/** An error that is no outcome: no answer, no token, a fault of the server, or a wrong request. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  /** The server's `extensions.code`, or one of `faultCodes`. */
  readonly code: string;
  /** The pause that the server asks for; null if none. */
  readonly retryAfterMs: number | null;
  /** All errors of the answer. */
  readonly errors: readonly AnsweredError[];

  constructor(message: string, { code, retryAfterMs = null, errors = [], cause }: HoldfastErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.errors = errors;
  }

  /** Whether the same request may succeed a little later. */
  get isTemporary(): boolean {
    return temporaryCodes.has(this.code);
  }
}

/** @param fallback for what the server's error lacks */
export function errorOfAnswer(
  errors: readonly AnsweredError[],
  fallback: Pick<HoldfastErrorDetails, 'code' | 'retryAfterMs'>,
): HoldfastError {
  const { message = 'No data', extensions } = errors[0] ?? {};
  const code = typeof extensions?.code === 'string' ? extensions.code : fallback.code;
  const retryAfterMs =
    typeof extensions?.retryAfterMs === 'number' ? extensions.retryAfterMs : (fallback.retryAfterMs ?? null);
  return new HoldfastError(message, { code, retryAfterMs, errors });
}
