import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { type ClaimRules, clockSkewSeconds, type SignedClaims, type VerifiedToken, verifiedClaims } from './claims.ts';
import { IdentityUnavailable, InvalidToken, identityError } from './errors.ts';
import { type KeysLogger, providerKeys } from './provider-keys.ts';
import { secretVerifier } from './shared-secret.ts';

export interface TrustedKeys {
  /** For HS256 tokens. */
  readonly secret: Uint8Array | null;
  /** URL of an identity provider's keys. */
  readonly jwksUrl: string | null;
}

/** Identity providers put groups and more into tokens. Common ones stay below this. */
const longestToken = 8192;

const asymmetric = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

/** At most 32 MB of tokens, which are tens of thousands. */
const rememberedTokens = { max: 100_000, maxSize: 32_000_000 };
/** How long a key that the provider has removed stays valid for tokens seen before. */
const rememberedForMs = 600_000;
/** While the keys cannot be fetched, a remembered token stays valid, and is checked again after this. */
const checkAgainAfterMs = 30_000;

interface RememberedToken {
  readonly verified: VerifiedToken;
  readonly checkAtMs: number;
}

export interface TokenVerifier {
  /** @throws InvalidToken, IdentityUnavailable */
  verify(token: string, nowMs: number): Promise<VerifiedToken>;
  /**
   * Verifies a token signed with the secret, also for `graceSeconds` after its expiry.
   * @throws InvalidToken
   */
  verifyOwn(token: string, nowMs: number, graceSeconds: number): VerifiedToken;
}

/**
 * Remembers tokens of the identity provider, because verifying a public-key signature takes as long as all the rest of a request. For the
 * secret it takes 5 µs, which is less than remembering a token that comes once.
 */
export function tokenVerifier(keys: TrustedKeys, rules: ClaimRules, logger?: KeysLogger): TokenVerifier {
  const signedBySecret = keys.secret === null ? () => undefined : secretVerifier(keys.secret);
  const signedByAny = signatureVerifier(keys, logger);
  const remembered = new LRUCache<string, RememberedToken>({
    ...rememberedTokens,
    sizeCalculation: (_, token) => token.length,
  });
  return {
    async verify(token, nowMs) {
      if (token.length > longestToken) throw new InvalidToken('too long');
      const known = remembered.get(token);
      if (known !== undefined) return checkedAgain(token, known, nowMs);
      const own = signedBySecret(token);
      return own === undefined ? checked(token, nowMs) : verifiedClaims(own, rules, nowMs);
    },
    verifyOwn(token, nowMs, graceSeconds) {
      if (token.length > longestToken) throw new InvalidToken('too long');
      const own = signedBySecret(token);
      if (own === undefined) throw new InvalidToken('bad signature');
      return verifiedClaims(own, rules, nowMs, graceSeconds);
    },
  };

  async function checked(token: string, nowMs: number): Promise<VerifiedToken> {
    const verified = verifiedClaims(await signedByAny(token, nowMs), rules, nowMs);
    remembered.set(token, { verified, checkAtMs: nowMs + rememberedForMs });
    return verified;
  }

  async function checkedAgain(token: string, known: RememberedToken, nowMs: number): Promise<VerifiedToken> {
    if (nowMs >= known.verified.expiresAtMs) throw new InvalidToken('expired');
    if (nowMs < known.checkAtMs) return known.verified;
    try {
      return await checked(token, nowMs);
    } catch (error) {
      remembered.delete(token);
      if (!(error instanceof IdentityUnavailable)) throw error;
      remembered.set(token, { ...known, checkAtMs: nowMs + checkAgainAfterMs });
      return known.verified;
    }
  }
}

function signatureVerifier(keys: TrustedKeys, logger: KeysLogger | undefined) {
  const getKey = keyChooser(keys, logger);
  const algorithms = [...(keys.secret === null ? [] : ['HS256']), ...(keys.jwksUrl === null ? [] : asymmetric)];
  return async (token: string, nowMs: number): Promise<SignedClaims> => {
    const options = {
      algorithms,
      currentDate: new Date(nowMs),
      clockTolerance: clockSkewSeconds,
      requiredClaims: ['exp'],
    };
    const { payload, protectedHeader } = await jwtVerify(token, getKey, options).catch((error: unknown) => {
      throw identityError(error);
    });
    return { header: protectedHeader, payload, signedBy: protectedHeader.alg === 'HS256' ? 'secret' : 'provider' };
  };
}

/** Only the algorithm chooses between the secret and public keys, so that a public key is never used as a secret. */
function keyChooser({ secret, jwksUrl }: TrustedKeys, logger: KeysLogger | undefined): JWTVerifyGetKey {
  const publicKey = jwksUrl === null ? null : providerKeys(jwksUrl, logger);
  return (header, token) => {
    const key = header.alg === 'HS256' ? secret : publicKey?.(header, token);
    if (key == null) throw new InvalidToken('algorithm not accepted');
    return key;
  };
}
