import { randomUUID } from 'node:crypto';
import type { VerifiedToken } from './claims.ts';
import { GuestsNotEnabled } from './errors.ts';
import type { KeysLogger } from './provider-keys.ts';
import { type SignedToken, signToken, type TokenRequest } from './sign.ts';
import { tokenVerifier } from './verify.ts';
import { guestPrefix, type Viewer } from './viewer.ts';

/** Who sends a request: the tokens this node accepts, and those it signs itself. */
export interface Identity {
  /**
   * A removed key of the identity provider goes on counting for up to 20 minutes, for tokens seen before.
   * @throws InvalidToken the token is refused for good
   * @throws IdentityUnavailable the identity provider's keys cannot be had at present
   */
  verify(token: string): Promise<VerifiedToken>;
  /** @throws GuestsNotEnabled without a secret */
  signInAsGuest(): Promise<GuestSession>;
  /** For operators. @throws Error without a secret, RangeError for an impossible `sub` */
  sign(request: TokenRequest): Promise<SignedToken>;
}

export interface GuestSession extends SignedToken {
  readonly viewer: Viewer;
}

export interface IdentityOptions {
  /** At least 32 bytes; null where only an identity provider's tokens count. */
  readonly secret: string | null;
  readonly jwksUrl: string | null;
  /** Accepted values of `iss`; none accepts any. */
  readonly issuers?: readonly string[];
  /** Accepted values of `aud`; none accepts any. */
  readonly audiences?: readonly string[];
  readonly rolesClaim?: string;
  readonly guestTokenSeconds: number;
  readonly logger?: KeysLogger;
  /** Milliseconds since 1970, for tests. */
  readonly now?: () => number;
}

/** Fetches nothing before the first token comes that needs it. */
export function openIdentity(options: IdentityOptions): Identity {
  const { secret, jwksUrl, guestTokenSeconds, logger, now = Date.now } = options;
  const { issuers = [], audiences = [], rolesClaim = 'roles' } = options;
  const key = secret === null ? null : new TextEncoder().encode(secret);
  const verify = tokenVerifier({ secret: key, jwksUrl }, { issuers, audiences, rolesClaim }, logger);
  return {
    verify: (token) => verify(token, now()),
    async signInAsGuest() {
      if (key === null) throw new GuestsNotEnabled();
      const viewer: Viewer = { id: `${guestPrefix}${randomUUID()}`, roles: ['CUSTOMER'] };
      const request = { sub: viewer.id, roles: [], ttlSeconds: guestTokenSeconds };
      return { ...(await signToken(key, request, now())), viewer };
    },
    async sign(request) {
      if (key === null) throw new Error('Tokens can be signed with a JWT_SECRET only');
      return signToken(key, request, now());
    },
  };
}
