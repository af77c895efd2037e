import { SignInAsGuestDocument } from './generated/documents.ts';
import { HoldfastError } from './holdfast-error.ts';
import { type HttpOptions, send } from './http.ts';
import { type Operation, requestOf } from './operation.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import type { Tokens } from './tokens.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface MutateOptions extends CallOptions {
  /** Whether doing it twice is the same as once. By default, where its input has an `idempotencyKey`. */
  readonly isRepeatable?: boolean;
  /** How long one attempt may take. */
  readonly timeoutMs?: number;
}

export interface RequestsOptions {
  readonly http: HttpOptions;
  readonly policy: RetryPolicy;
  /** Sends hashes in the place of texts. */
  readonly byHash: boolean;
}

const TIMEOUT_MS = 15_000;

/** Queries and mutations, each with the token that is needed, and as many attempts as are right. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #tokens: Tokens;

  /** @param tokensFor is given how a guest is signed in */
  constructor(options: RequestsOptions, tokensFor: (signInAsGuest: () => Promise<string>) => Tokens) {
    this.#options = options;
    this.#tokens = tokensFor(() => this.#signInAsGuest());
  }

  get tokens(): Tokens {
    return this.#tokens;
  }

  query<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables, { signal }: CallOptions) {
    const attempt = () => this.#attempt(operation, variables, () => this.#tokens.current(), TIMEOUT_MS, signal);
    return this.#withRetries(attempt, signal);
  }

  mutate<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables, options: MutateOptions) {
    const { signal, timeoutMs = TIMEOUT_MS, isRepeatable = hasKey(variables) } = options;
    const attempt = () => this.#attempt(operation, variables, () => this.#tokens.needed(), timeoutMs, signal);
    return isRepeatable ? this.#withRetries(attempt, signal) : attempt();
  }

  #withRetries<Result>(attempt: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    return withRetries(attempt, { policy: this.#options.policy, busyForMs, signal });
  }

  /** Once, or twice where the first token was refused: with a bad token, nothing is done. */
  async #attempt<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    tokenFor: () => Promise<string | null>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const request = requestOf(operation, variables, this.#options.byHash);
    const sendWith = async (token: string | null) =>
      (await send(this.#options.http, request, { token, timeoutMs, signal })) as Result;
    const token = await tokenFor();
    try {
      return await sendWith(token);
    } catch (error) {
      if (token === null || !(error instanceof HoldfastError && error.code === 'UNAUTHENTICATED')) throw error;
      this.#tokens.refuse(token);
      const other = await tokenFor();
      if (other === token) throw error;
      return sendWith(other);
    }
  }

  /** For nobody yet, so without a token. A guest too many, where an answer was lost, is no harm. */
  async #signInAsGuest(): Promise<string> {
    const noToken = async () => null;
    const attempt = async () => {
      const { signInAsGuest: outcome } = await this.#attempt(SignInAsGuestDocument, {}, noToken, TIMEOUT_MS, undefined);
      if (outcome.__typename === 'GuestSession') return { session: outcome };
      // Whoever needs the guest asked for something else, whose outcomes are others.
      throw new HoldfastError(outcome.message, outcome);
    };
    return (await this.#withRetries(attempt, undefined)).session.token;
  }
}

function hasKey(variables: unknown): boolean {
  const { input } = variables as { input?: { idempotencyKey?: unknown } };
  return input?.idempotencyKey != null;
}

/** How long `ServiceBusy`, the one outcome that is not definite, asks to wait. */
function busyForMs(data: unknown): number | null {
  const [outcome] = Object.values(data as Record<string, { __typename?: string; retryAfterMs?: number } | null>);
  return outcome?.__typename === 'ServiceBusy' ? (outcome.retryAfterMs ?? 0) : null;
}
