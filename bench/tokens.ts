import type { Role } from '../src/domain/viewer.ts';
import { openIdentity } from '../src/identity/identity.ts';

export const jwtSecret = 'the secret of the benches, which is long enough';

const identity = openIdentity({ secret: jwtSecret, jwksUrl: null, guestTokenSeconds: 3600 });

/** Valid for a day, on all nodes with the benches' secret. */
export async function tokenFor(sub: string, roles: readonly Role[] = []): Promise<string> {
  const { token } = await identity.sign({ sub, roles, ttlSeconds: 24 * 3600 });
  return token;
}
