import { createVerifier } from 'fast-jwt';
import type { SignedClaims } from './claims.ts';

/**
 * What a well-signed HS256 token says, checked where the request is: jose takes ten times as long, most of it in another
 * thread. Undefined for every other token, of which jose is to say what it is.
 */
export function secretVerifier(secret: Uint8Array): (token: string) => SignedClaims | undefined {
  const verifySignature = createVerifier({
    key: Buffer.from(secret),
    algorithms: ['HS256'],
    complete: true,
    cache: false,
    // The claims are judged in one place for all keys.
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
  return (token) => {
    try {
      const { header, payload } = verifySignature(token);
      return { header, payload, signedBy: 'secret' };
    } catch {
      return undefined;
    }
  };
}
