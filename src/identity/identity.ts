import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { GuestsNotEnabled, InvalidToken } from './errors.ts';
import { type SignedToken, signToken, type TokenRequest } from './sign.ts';
import { tokenVerifier, type VerifiedToken } from './verify.ts';
import type { Viewer } from './viewer.ts';

/** Who sends a request: the tokens this node accepts, and those it signs itself. */
export interface Identity {
  /**
   * A removed key of the identity provider goes on counting for tokens seen before, until they run out.
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
  readonly guestTokenSeconds: number;
  /** Milliseconds since 1970, for tests. */
  readonly now?: () => number;
}

/** 32 MB of tokens at most: some 100,000 of guests', fewer of an identity provider's, which are longer. */
const rememberedTokens = { max: 100_000, maxSize: 32_000_000 };

/** Fetches nothing before the first token comes that needs it. */
export function openIdentity({ secret, jwksUrl, guestTokenSeconds, now = Date.now }: IdentityOptions): Identity {
  const key = secret === null ? null : new TextEncoder().encode(secret);
  return {
    verify: remembering(tokenVerifier({ secret: key, jwksUrl }), now),
    async signInAsGuest() {
      if (key === null) throw new GuestsNotEnabled();
      const viewer: Viewer = { id: `guest_${randomUUID()}`, roles: ['CUSTOMER'] };
      const request = { sub: viewer.id, roles: [], ttlSeconds: guestTokenSeconds };
      return { ...(await signToken(key, request, now())), viewer };
    },
    async sign(request) {
      if (key === null) throw new Error('Tokens can be signed with a JWT_SECRET only');
      return signToken(key, request, now());
    },
  };
}

/** Checking a signature at every request would take a third of a node's throughput. */
function remembering(verify: ReturnType<typeof tokenVerifier>, now: () => number): Identity['verify'] {
  const remembered = new LRUCache<string, VerifiedToken>({
    ...rememberedTokens,
    sizeCalculation: (_, token) => token.length,
  });
  return async (token) => {
    const nowMs = now();
    const known = remembered.get(token);
    if (known !== undefined && nowMs < known.expiresAtMs) return known;
    if (known !== undefined) {
      remembered.delete(token);
      throw new InvalidToken('expired');
    }
    const verified = await verify(token, nowMs);
    remembered.set(token, verified);
    return verified;
  };
}
