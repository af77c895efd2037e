import type { IdentityConfig, SecretSource } from '../config.ts';
import { type Identity, openIdentity } from './identity.ts';
import type { KeysLogger } from './provider-keys.ts';
import { keptSecret } from './secret-file.ts';

/**
 * The identity that the settings ask for: the same for every process that is given the same ones, a running node or not.
 * @throws Error if a kept secret cannot be read, or made where there is none yet
 */
export async function identityOf({ secret, ...config }: IdentityConfig, logger?: KeysLogger): Promise<Identity> {
  return openIdentity({ ...config, ...(logger && { logger }), secret: secret && (await secretOf(secret)) });
}

function secretOf(source: SecretSource): string | Promise<string> {
  return source.kind === 'given' ? source.secret : keptSecret(source.dataDir);
}
