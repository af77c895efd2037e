import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
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
