import { errors } from 'jose';

/** Why a token is refused, in words that its sender may see. */
export type InvalidTokenReason =
  | 'expired'
  | 'not valid yet'
  | 'malformed'
  | 'too long'
  | 'bad signature'
  | 'unknown key'
  | 'algorithm not accepted'
  | 'unusable key'
  | 'type not accepted'
  | 'issuer not accepted'
  | 'audience not accepted'
  | 'no usable sub'
  | 'no exp'
  | "not a guest's"
  | 'not a Bearer token'
  | 'nothing after Bearer'
  | 'two different ones'
  | 'in an unknown place, send {"authorization": "Bearer <token>"}';

/** The token will never be accepted. The message may be shown to the sender. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
  readonly reason: InvalidTokenReason;

  constructor(reason: InvalidTokenReason, options?: ErrorOptions) {
    super(`Invalid token: ${reason}`, options);
    this.reason = reason;
  }
}

/** The identity provider's keys cannot be fetched or used at present, so that the token may be valid. `cause` is internal. */
export class IdentityUnavailable extends Error {
  override readonly name = 'IdentityUnavailable';

  constructor(cause: unknown) {
    super('The keys of JWKS_URL cannot be read', { cause });
  }
}

/** There is no JWT_SECRET with which guests' tokens could be signed. */
export class GuestsNotEnabled extends Error {
  override readonly name = 'GuestsNotEnabled';

  constructor() {
    super('Guests cannot sign in here');
  }
}

const reasons: ReadonlyMap<string, InvalidTokenReason> = new Map([
  [errors.JWTExpired.code, 'expired'],
  [errors.JWTInvalid.code, 'malformed'],
  [errors.JWSInvalid.code, 'malformed'],
  [errors.JOSENotSupported.code, 'malformed'],
  [errors.JOSEAlgNotAllowed.code, 'algorithm not accepted'],
  [errors.JWSSignatureVerificationFailed.code, 'bad signature'],
  [errors.JWKSNoMatchingKey.code, 'unknown key'],
  [errors.JWKSMultipleMatchingKeys.code, 'unknown key'],
]);

/** Maps errors of verifying a token. An error for which jose has no code means an unusable key, such as one that is too short. */
export function identityError(error: unknown): InvalidToken | IdentityUnavailable {
  if (error instanceof InvalidToken || error instanceof IdentityUnavailable) return error;
  const reason = error instanceof errors.JOSEError ? (claimReason(error) ?? reasons.get(error.code)) : undefined;
  return new InvalidToken(reason ?? 'unusable key', { cause: error });
}

function claimReason(error: errors.JOSEError): InvalidTokenReason | undefined {
  if (!(error instanceof errors.JWTClaimValidationFailed)) return undefined;
  if (error.claim === 'exp' && error.reason === 'missing') return 'no exp';
  return error.claim === 'nbf' && error.reason === 'check_failed' ? 'not valid yet' : 'malformed';
}
