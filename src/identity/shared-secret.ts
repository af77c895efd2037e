import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { isOwnViewerId, type Role } from '../domain/viewer.ts';
import type { SignedClaims } from './claims.ts';

/**
 * What a well-signed HS256 token says, checked where the request is: jose's own check takes ten times as long, most of it in
 * another thread. Undefined for every other token, of which jose is to say what it is.
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
      // A header with `crit` asks for more than a signature.
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
 * Signs with HS256 what `tokenVerifier` accepts.
 * @throws RangeError if `sub` could not be a viewer's id
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
