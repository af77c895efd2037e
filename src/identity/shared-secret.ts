import { createVerifier } from 'fast-jwt';
import type { JWTPayload } from 'jose';

/**
 * The claims of a good HS256 token, checked where the request is: jose takes ten times as long, most of it in another
 * thread. Undefined for every other token, of which jose is to say what it is.
 */
export function secretVerifier(secret: Uint8Array): (token: string, nowSeconds: number) => JWTPayload | undefined {
  const verifySignature = createVerifier({
    key: Buffer.from(secret),
    algorithms: ['HS256'],
    cache: false,
    // Judged below, by whole seconds as jose does.
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
  return (token, nowSeconds) => {
    const payload = claimsOf(token, verifySignature);
    if (payload === undefined) return undefined;
    const { exp, nbf } = payload;
    const isInTime = typeof exp === 'number' && exp > nowSeconds;
    const hasBegun = nbf === undefined || (typeof nbf === 'number' && nbf <= nowSeconds);
    return isInTime && hasBegun ? payload : undefined;
  };
}

function claimsOf(token: string, verify: (token: string) => JWTPayload): JWTPayload | undefined {
  try {
    return verify(token);
  } catch {
    return undefined;
  }
}
