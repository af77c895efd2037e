import { SignJWT } from 'jose';
import { isOwnViewerId, type Role } from '../domain/viewer.ts';

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
