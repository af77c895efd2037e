/** An error of GraphQL as it stands in an answer. */
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

/** The codes that the client gives by itself. */
export const faultCodes = {
  /** No answer came: whether the operation was done is not known. */
  network: 'NETWORK_FAULT',
  /** No answer came in time: whether the operation was done is not known. */
  timeout: 'TIMED_OUT',
  /** An answer came that is none of GraphQL's, from a proxy most likely. */
  badAnswer: 'BAD_ANSWER',
  /** The server closed the websocket for good: `docs/realtime.md` has the reasons by code. */
  closed: 'CONNECTION_REFUSED',
} as const;

/** Faults that pass: the same request may well succeed a little later. */
const temporaryCodes: ReadonlySet<string> = new Set([
  faultCodes.network,
  faultCodes.timeout,
  faultCodes.badAnswer,
  'SERVICE_BUSY',
  'RATE_LIMITED',
  'INTERNAL_SERVER_ERROR',
]);

/** What an app cannot handle as an outcome: no answer, no token, a fault of the server, a wrong request. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  /** The server's `extensions.code`, or one of `faultCodes`. */
  readonly code: string;
  /** How long the server asks to wait; null where it says nothing. */
  readonly retryAfterMs: number | null;
  /** All that the server answered. */
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

/** @param fallback what the server's own words lack */
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
