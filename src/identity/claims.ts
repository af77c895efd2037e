import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { isOwnViewerId, isSubject, providerViewerId, rolesOf, type Viewer } from '../domain/viewer.ts';
import { InvalidToken } from './errors.ts';

/** Rules for the claims of a token, besides its subject and expiry. */
export interface ClaimRules {
  /** Accepted values of `iss`; empty for any. */
  readonly issuers: readonly string[];
  /** Accepted values of `aud`; empty for any. */
  readonly audiences: readonly string[];
  /** Name of the claim with the roles, or a path with dots. */
  readonly rolesClaim: string;
}

/** Which key signed a token: JWT_SECRET, or one of those at JWKS_URL. */
export type SignedBy = 'secret' | 'provider';

export interface SignedClaims {
  readonly header: Partial<JWTHeaderParameters>;
  readonly payload: JWTPayload;
  readonly signedBy: SignedBy;
}

/** An accepted token: its viewer, and its expiry by this node's clock. */
export interface VerifiedToken {
  readonly viewer: Viewer;
  /** Milliseconds since 1970, from which on it is refused. May be beyond the limit of timers. */
  readonly expiresAtMs: number;
}

/** Tolerance for the clocks of token issuers. */
export const clockSkewSeconds = 5;

/** The latest time that `Date` can express. */
const endOfTimeMs = 8.64e15;

/** RFC 7519 and RFC 9068. ID and logout tokens that have types of their own are not accepted. */
const acceptedTypes: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'at+jwt']);

/**
 * Checks claims. The rules apply to both kinds of keys, but a token signed with the secret may omit `iss` and `aud`, because the secret is
 * this server's.
 * @param graceSeconds for how long it is accepted after its expiry
 * @throws InvalidToken
 */
export function verifiedClaims(
  claims: SignedClaims,
  rules: ClaimRules,
  nowMs: number,
  graceSeconds = 0,
): VerifiedToken {
  const { header, payload, signedBy } = claims;
  checkType(header, payload);
  const exp = checkTimes(payload, Math.floor(nowMs / 1000), graceSeconds);
  const mayBeMissing = signedBy === 'secret';
  if (!isAccepted(payload.iss, rules.issuers, mayBeMissing)) throw new InvalidToken('issuer not accepted');
  if (!isAudienceAccepted(payload.aud, rules.audiences, mayBeMissing)) throw new InvalidToken('audience not accepted');
  return {
    viewer: { id: viewerIdOf(claims), roles: rolesOf(rolesIn(claims, rules)) },
    // Whole seconds are compared, so that a token whose `exp` has a fraction is valid to the end of that second.
    expiresAtMs: Math.min((Math.ceil(exp) + clockSkewSeconds) * 1000, endOfTimeMs),
  };
}

function checkType({ typ }: Partial<JWTHeaderParameters>, payload: JWTPayload): void {
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  // RFC 8417: only a security event, such as a logout, has `events`.
  if (!acceptedTypes.has(type) || payload.events !== undefined) throw new InvalidToken('type not accepted');
}

function checkTimes({ exp, nbf, iat }: JWTPayload, nowSeconds: number, graceSeconds: number): number {
  if (exp === undefined) throw new InvalidToken('no exp');
  if ([exp, nbf, iat].some((claim) => claim !== undefined && typeof claim !== 'number'))
    throw new InvalidToken('malformed');
  if (exp + clockSkewSeconds + graceSeconds <= nowSeconds) throw new InvalidToken('expired');
  if (Math.max(nbf ?? 0, iat ?? 0) > nowSeconds + clockSkewSeconds) throw new InvalidToken('not valid yet');
  return exp;
}

function isAudienceAccepted(aud: unknown, audiences: readonly string[], mayBeMissing: boolean): boolean {
  return Array.isArray(aud)
    ? audiences.length === 0 || aud.some((each) => isAccepted(each, audiences, false))
    : isAccepted(aud, audiences, mayBeMissing);
}

function isAccepted(claim: unknown, accepted: readonly string[], mayBeMissing: boolean): boolean {
  if (accepted.length === 0 || (claim === undefined && mayBeMissing)) return true;
  return typeof claim === 'string' && accepted.includes(claim);
}

function viewerIdOf({ payload: { sub, iss }, signedBy }: SignedClaims): string {
  if (signedBy === 'secret') {
    if (isOwnViewerId(sub)) return sub;
    throw new InvalidToken('no usable sub');
  }
  if (!isSubject(sub)) throw new InvalidToken('no usable sub');
  if (iss !== undefined && !(typeof iss === 'string' && /^[!-~]{1,255}$/.test(iss)))
    throw new InvalidToken('issuer not accepted');
  return providerViewerId(iss ?? '', sub);
}

/** Tokens that Holdfast signs have their roles in `roles`, whatever the identity provider's claim is called. */
function rolesIn({ payload, signedBy }: SignedClaims, { rolesClaim }: ClaimRules): unknown {
  return claimAt(payload, rolesClaim) ?? (signedBy === 'secret' ? payload.roles : undefined);
}

/** The claim of exactly that name, or the value at a path. Names on the path may contain dots: the longest existing name is taken. */
function claimAt(claims: unknown, path: string): unknown {
  if (!isObject(claims)) return undefined;
  if (Object.hasOwn(claims, path)) return claims[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const name = path.slice(0, dot);
    const found = Object.hasOwn(claims, name) ? claimAt(claims[name], path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
