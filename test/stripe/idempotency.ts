import { StripeFault } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

interface Use {
  readonly address: string;
  readonly parameters: string;
  answer: Answer | null;
}

/**
 * Idempotency keys as API v1 has them (https://docs.stripe.com/api/idempotent_requests): the first answer is kept, including errors and
 * 500s, for "at least 24 hours".
 */
export class IdempotencyKeys {
  readonly #uses = new Map<string, Use>();

  /** Returns the answer kept for the key; null if the request is to be executed, and then `end` must be called. */
  begin(key: string, address: string, parameters: string): Answer | null {
    if (key.length > 255) {
      const message = 'Idempotency keys can be at most 255 characters long.';
      throw new StripeFault(400, { type: 'invalid_request_error', message }, { isKept: false });
    }
    const use = this.#uses.get(key);
    if (use === undefined) {
      this.#uses.set(key, { address, parameters, answer: null });
      return null;
    }
    if (use.address !== address)
      throw misused(`for the same endpoint they were first used for ('${address}' vs '${use.address}')`, key);
    if (use.parameters !== parameters) throw misused('with the same parameters they were first used with', key);
    if (use.answer === null) throw inUse(key);
    return { ...use.answer, headers: { ...use.answer.headers, 'idempotent-replayed': 'true' } };
  }

  end(key: string, answer: Answer | null): void {
    const use = this.#uses.get(key);
    if (use === undefined) return;
    if (answer === null) this.#uses.delete(key);
    else use.answer = answer;
  }

  /** As after 24 hours. */
  forget(): void {
    this.#uses.clear();
  }
}

/** The words are those that stripe-ruby's issues 503 and 598 quote. */
function misused(how: string, key: string): StripeFault {
  const message = `Keys for idempotent requests can only be used ${how}. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new StripeFault(400, { type: 'idempotency_error', message }, { isKept: false });
}

/** https://docs.stripe.com/error-codes#idempotency-key-in-use */
function inUse(key: string): StripeFault {
  const message = `There is currently another in-progress request using this Idempotent Key: ${key}`;
  const error = { type: 'idempotency_error', code: 'idempotency_key_in_use', message } as const;
  return new StripeFault(409, error, { isKept: false });
}
