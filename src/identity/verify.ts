import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { InvalidToken, identityError } from './errors.ts';
import { secretVerifier } from './shared-secret.ts';
import { isViewerId, rolesOf, type Viewer } from './viewer.ts';

/** A token that was accepted: for whom, and until when it may be, by this node's clock. */
export interface VerifiedToken {
  readonly viewer: Viewer;
  /** Milliseconds since 1970; it is refused from then on. May lie far beyond what a timer takes. */
  readonly expiresAtMs: number;
}

export interface TrustedKeys {
  /** Of HS256 tokens. */
  readonly secret: Uint8Array | null;
  /** Where the keys of an identity provider's tokens are. */
  readonly jwksUrl: string | null;
}

/** Identity providers put groups and more into tokens; the largest that are common stay below this. */
const longestToken = 8192;

/** No point in time that `Date` can express is later. */
const endOfTimeMs = 8.64e15;

const asymmetric = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

/** 32 MB of tokens at most: tens of thousands. */
const rememberedTokens = { max: 100_000, maxSize: 32_000_000 };

type TokenVerifier = (token: string, nowMs: number) => Promise<VerifiedToken>;

/**
 * Remembers tokens of the identity provider: checking a signature by a public key takes as long as all the rest of a request.
 * By the secret it takes 5 µs: less than it costs to remember, where everybody comes once. The verifier throws InvalidToken or
 * IdentityUnavailable.
 */
export function tokenVerifier(keys: TrustedKeys): TokenVerifier {
  const ownClaims = keys.secret === null ? () => undefined : secretVerifier(keys.secret);
  const anyClaims = claimsVerifier(keys);
  const remembered = new LRUCache<string, VerifiedToken>({
    ...rememberedTokens,
    sizeCalculation: (_, token) => token.length,
  });
  return async (token, nowMs) => {
    if (token.length > longestToken) throw new InvalidToken('too long');
    const known = remembered.get(token);
    if (known !== undefined) return unlessExpired(known, nowMs);
    const own = ownClaims(token, Math.floor(nowMs / 1000));
    if (own !== undefined) return verifiedBy(own);
    const verified = verifiedBy(await anyClaims(token, nowMs));
    remembered.set(token, verified);
    return verified;
  };
}

function unlessExpired(token: VerifiedToken, nowMs: number): VerifiedToken {
  if (nowMs >= token.expiresAtMs) throw new InvalidToken('expired');
  return token;
}

function verifiedBy(claims: JWTPayload): VerifiedToken {
  if (!isViewerId(claims.sub)) throw new InvalidToken('no usable sub');
  return { viewer: { id: claims.sub, roles: rolesOf(claims.roles) }, expiresAtMs: endMs(claims.exp) };
}

function claimsVerifier(keys: TrustedKeys): (token: string, nowMs: number) => Promise<JWTPayload> {
  const getKey = keyChooser(keys);
  const algorithms = [...(keys.secret === null ? [] : ['HS256']), ...(keys.jwksUrl === null ? [] : asymmetric)];
  return async (token, nowMs) => {
    const options = { algorithms, currentDate: new Date(nowMs), requiredClaims: ['exp'] };
    const { payload } = await jwtVerify(token, getKey, options).catch((error: unknown) => {
      throw identityError(error);
    });
    return payload;
  };
}

/** The algorithm alone chooses between secret and public keys: a public key is never tried as a secret. */
function keyChooser({ secret, jwksUrl }: TrustedKeys): JWTVerifyGetKey {
  const publicKey = jwksUrl === null ? null : createRemoteJWKSet(new URL(jwksUrl));
  return (header, token) => {
    const key = header.alg === 'HS256' ? secret : publicKey?.(header, token);
    if (key == null) throw new InvalidToken('algorithm not accepted');
    return key;
  };
}

/** jose compares whole seconds, so that a token with a fraction lasts to the end of its second. */
function endMs(exp: number | undefined): number {
  if (exp === undefined) throw new InvalidToken('no exp');
  return Math.min(Math.ceil(exp) * 1000, endOfTimeMs);
}
