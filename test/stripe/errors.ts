/** An answer that is an error, in Stripe's form (https://docs.stripe.com/api/errors). */
export class StripeFault extends Error {
  override readonly name = 'StripeFault';
  readonly status: number;
  readonly error: FaultBody;
  /** Whether an idempotency key repeats this answer. */
  readonly isKept: boolean;

  constructor(status: number, error: FaultBody, { isKept = true } = {}) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.isKept = isKept;
  }
}

export interface FaultBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly charge?: string;
  readonly payment_intent?: unknown;
}

/**
 * Parameters that are refused before the endpoint begins. Such an answer is not kept for its idempotency key
 * (https://docs.stripe.com/api/idempotent_requests: "If incoming parameters fail validation … we don't save the idempotent result").
 */
export function invalidParameter(message: string, more: { readonly code?: string; readonly param?: string } = {}) {
  return new StripeFault(400, { type: 'invalid_request_error', message, ...more }, { isKept: false });
}

/** Something that does not exist: 404 in an address, 400 in a parameter. */
export function missing(what: string, id: string, param?: string): StripeFault {
  const error = {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
  } as const;
  return param === undefined
    ? new StripeFault(404, { ...error, param: 'intent' }, { isKept: false })
    : new StripeFault(400, { ...error, param }, { isKept: false });
}

/** What a PaymentIntent in this state does not take (https://docs.stripe.com/error-codes#payment-intent-unexpected-state). */
export function unexpectedState(message: string, paymentIntent: unknown): StripeFault {
  return new StripeFault(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message,
    payment_intent: paymentIntent,
  });
}
