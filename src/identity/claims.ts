import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { isOwnViewerId, isSubject, providerViewerId, rolesOf, type Viewer } from '../domain/viewer.ts';
import { InvalidToken } from './errors.ts';

/** What the claims of a token must say, besides who it is for and until when. */
export interface ClaimRules {
  /** Accepted values of `iss`; empty for any. */
  readonly issuers: readonly string[];
  /** Accepted values of `aud`; empty for any. */
  readonly audiences: readonly string[];
  /** The name of the claim with the roles, or a path of names with dots between them. */
  readonly rolesClaim: string;
}

/** The key that a token was signed with: JWT_SECRET, or one of those at JWKS_URL. */
export type SignedBy = 'secret' | 'provider';

export interface SignedClaims {
  readonly header: Partial<JWTHeaderParameters>;
  readonly payload: JWTPayload;
  readonly signedBy: SignedBy;
}

/** A token that was accepted: for whom, and until when it may be, by this node's clock. */
export interface VerifiedToken {
  readonly viewer: Viewer;
  /** Milliseconds since 1970; it is refused from then on. May lie far beyond what a timer takes. */
  readonly expiresAtMs: number;
}

/** How far the clocks of those who sign tokens may be off. */
export const clockSkewSeconds = 5;

/** No point in time that `Date` can express is later. */
const endOfTimeMs = 8.64e15;

/** RFC 7519 and RFC 9068. An ID or logout token of a type of its own is no leave to do anything here. */
const acceptedTypes: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'at+jwt']);

/**
 * The rules hold for both kinds of keys, but a token signed with the secret may leave `iss` and `aud` out: whoever knows
 * the secret signs for this server anyway.
 * @param graceSeconds for how long it is accepted after it ran out
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
    // Whole seconds are compared, so that a token with a fraction lasts to the end of its second.
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

/** Tokens that Holdfast signs itself have their roles in `roles`, whatever an identity provider calls them. */
function rolesIn({ payload, signedBy }: SignedClaims, { rolesClaim }: ClaimRules): unknown {
  return claimAt(payload, rolesClaim) ?? (signedBy === 'secret' ? payload.roles : undefined);
}

/** The claim of exactly that name, or what a path leads to; a name on the path may have dots too, and the longest that is there is taken. */
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
