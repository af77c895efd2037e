import {
  type GuestSessionDetailsFragment,
  type RateLimitedOutcomeFragment,
  RenewGuestDocument,
  type ServiceBusyOutcomeFragment,
  SignInAsGuestDocument,
} from './generated/documents.ts';
import type { GuestsOptions } from './guests.ts';
import { HoldfastError } from './holdfast-error.ts';
import { get, type HttpOptions, send } from './http.ts';
import type { Layout } from './layout.ts';
import { type Operation, requestOf } from './operation.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import type { Tokens } from './tokens.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface MutateOptions extends CallOptions {
  /** Whether it is idempotent. By default, if its input has an `idempotencyKey`. */
  readonly isRepeatable?: boolean;
  /** How long one attempt may take. */
  readonly timeoutMs?: number;
}

export interface RequestsOptions {
  readonly http: HttpOptions;
  readonly policy: RetryPolicy;
  /** Sends hashes instead of texts. */
  readonly byHash: boolean;
}

const TIMEOUT_MS = 15_000;

/** Sends queries and mutations with tokens and retries. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #tokens: Tokens;

  /** @param tokensFor is called with the functions that sign in and renew guests */
  constructor(options: RequestsOptions, tokensFor: (guests: Pick<GuestsOptions, 'signIn' | 'renew'>) => Tokens) {
    this.#options = options;
    this.#tokens = tokensFor({ signIn: () => this.#signIn(), renew: (guestToken) => this.#renew(guestToken) });
  }

  get tokens(): Tokens {
    return this.#tokens;
  }

  query<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables, { signal }: CallOptions) {
    const attempt = () => this.#attempt(operation, variables, () => this.#tokens.current(), TIMEOUT_MS, signal);
    return this.#withRetries(attempt, signal);
  }

  /** Sends no token at first, so that shared caches may answer. Only a draft's layout needs one. */
  layout(path: string, { signal }: CallOptions): Promise<Layout> {
    const getWith = (token: string | null) => get(this.#options.http, path, { token, timeoutMs: TIMEOUT_MS, signal });
    const attempt = async () => {
      try {
        return await getWith(null);
      } catch (error) {
        const token =
          error instanceof HoldfastError && error.code === 'NOT_FOUND' ? await this.#tokens.current() : null;
        if (token === null) throw error;
        return getWith(token);
      }
    };
    return withRetries(attempt, { policy: this.#options.policy, busyForMs: () => null, signal }) as Promise<Layout>;
  }

  /** Sends a query without retries, for callers that repeat it anyway. */
  async queryOnce<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ) {
    return this.#attempt(operation, variables, () => this.#tokens.current(), TIMEOUT_MS, signal);
  }

  mutate<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables, options: MutateOptions) {
    const { signal, timeoutMs = TIMEOUT_MS, isRepeatable = hasKey(variables) } = options;
    const attempt = () => this.#attempt(operation, variables, () => this.#tokens.needed(), timeoutMs, signal);
    return isRepeatable ? this.#withRetries(attempt, signal) : attempt();
  }

  #withRetries<Result>(attempt: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    return withRetries(attempt, { policy: this.#options.policy, busyForMs, signal });
  }

  /** Sends it once, or again if the token was refused, in which case nothing was executed. */
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

  /** Retried, because a surplus guest after a lost answer does no harm. */
  #signIn(): Promise<string> {
    return this.#asNobody(SignInAsGuestDocument, {}, ({ signInAsGuest }) => tokenIn(signInAsGuest));
  }

  #renew(guestToken: string): Promise<string | null> {
    return this.#asNobody(RenewGuestDocument, { input: { guestToken } }, ({ renewGuest }) =>
      renewGuest.__typename === 'InvalidInput' ? null : tokenIn(renewGuest),
    );
  }

  async #asNobody<Result, Variables, Token>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    tokenOf: (result: Result) => Token,
  ): Promise<Token> {
    const noToken = async () => null;
    const attempt = async () => {
      const result = await this.#attempt(operation, variables, noToken, TIMEOUT_MS, undefined);
      return tokenOf(result);
    };
    return withRetries(attempt, { policy: this.#options.policy, busyForMs: () => null });
  }
}

/** Turns refusals into errors, because the caller has sent another operation with other outcomes. */
function tokenIn(
  outcome: GuestSessionDetailsFragment | RateLimitedOutcomeFragment | ServiceBusyOutcomeFragment,
): string {
  if (outcome.__typename === 'GuestSession') return outcome.token;
  throw new HoldfastError(outcome.message, outcome);
}

function hasKey(variables: unknown): boolean {
  const { input } = variables as { input?: { idempotencyKey?: unknown } };
  return input?.idempotencyKey != null;
}

/** The pause that `ServiceBusy`, the only outcome that is not definite, asks for. */
function busyForMs(data: unknown): number | null {
  const [outcome] = Object.values(data as Record<string, { __typename?: string; retryAfterMs?: number } | null>);
  return outcome?.__typename === 'ServiceBusy' ? (outcome.retryAfterMs ?? 0) : null;
}
