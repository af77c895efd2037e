import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { isOwnViewerId, type Role } from '../domain/viewer.ts';
import type { SignedClaims } from './claims.ts';

/**
 * Verifies HS256 tokens in this thread: jose takes ten times as long, mostly in another thread. Returns undefined for every other token,
 * for which jose determines the error.
 */
export function secretVerifier(secret: Uint8Array): (token: string) => SignedClaims | undefined {
  const key = createSecretKey(secret);
  return (token) => {
    const dot = token.lastIndexOf('.');
    const expected = Buffer.from(
      createHmac('sha256', key)
        .update(token.slice(0, Math.max(dot, 0)))
        .digest('base64url'),
    );
    const signature = Buffer.from(token.slice(dot + 1));
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined;
    try {
      const header = decodeProtectedHeader(token);
      // `crit` demands extensions, which are left to jose.
      if (header.alg !== 'HS256' || header.crit !== undefined) return undefined;
      return { header, payload: decodeJwt(token), signedBy: 'secret' };
    } catch {
      return undefined;
    }
  };
}

export interface TokenRequest {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly ttlSeconds: number;
}

export interface SignedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * Signs an HS256 token that `tokenVerifier` accepts.
 * @throws RangeError if `sub` cannot be a viewer's id
 */
export async function signToken(secret: Uint8Array, request: TokenRequest, nowMs: number): Promise<SignedToken> {
  if (!isOwnViewerId(request.sub))
    throw new RangeError('sub must be 1 to 255 characters without control characters, and not begin with oidc:');
  const nowSeconds = Math.floor(nowMs / 1000);
  const exp = nowSeconds + request.ttlSeconds;
  const token = await new SignJWT({ roles: request.roles.map((role) => role.toLowerCase()) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(request.sub)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(exp)
    .sign(secret);
  return { token, expiresAt: new Date(exp * 1000) };
}
