import { randomUUID } from 'node:crypto';
import type { IdentityConfig, SecretSource } from '../config.ts';
import { guestPrefix, isGuest, type Viewer } from '../domain/viewer.ts';
import type { VerifiedToken } from './claims.ts';
import { GuestsNotEnabled, InvalidToken } from './errors.ts';
import type { KeysLogger } from './provider-keys.ts';
import { persistedSecret } from './secret-file.ts';
import { type SignedToken, signToken, type TokenRequest } from './shared-secret.ts';
import { tokenVerifier } from './verify.ts';

/** Verifies tokens, and signs those of guests and operators. */
export interface Identity {
  /**
   * A key that the identity provider has removed stays valid for up to 20 minutes, for tokens seen before.
   * @throws InvalidToken if the token is refused for good
   * @throws IdentityUnavailable if the identity provider's keys cannot be fetched at present
   */
  verify(token: string): Promise<VerifiedToken>;
  /**
   * Signs a token for the guest, or for a new one.
   * @throws GuestsNotEnabled without a secret
   */
  signInAsGuest(guest?: Viewer): Promise<GuestSession>;
  /**
   * The guest of a token, also if it expired within the last hour.
   * @throws InvalidToken also if the token is not a guest's
   */
  renewableGuest(token: string): Viewer;
  /** For operators. @throws Error without a secret, RangeError for an impossible `sub` */
  sign(request: TokenRequest): Promise<SignedToken>;
}

export interface GuestSession extends SignedToken {
  readonly viewer: Viewer;
}

export interface IdentityOptions {
  /** At least 32 bytes; null if only an identity provider's tokens are accepted. */
  readonly secret: string | null;
  readonly jwksUrl: string | null;
  /** Accepted values of `iss`; none accepts any. */
  readonly issuers?: readonly string[];
  /** Accepted values of `aud`; none accepts any. */
  readonly audiences?: readonly string[];
  readonly rolesClaim?: string;
  readonly guestTokenSeconds: number;
  readonly logger?: KeysLogger;
  /** Milliseconds since 1970, for tests. */
  readonly now?: () => number;
}

/** How long after its expiry a guest's token can be renewed. */
const RENEWABLE_FOR_SECONDS = 3_600;

/**
 * The identity of the settings. It is the same for every process with the same settings, whether it is a node or a command.
 * @throws Error if a persisted secret cannot be read, or not be created
 */
export async function identityOf({ secret, ...config }: IdentityConfig, logger?: KeysLogger): Promise<Identity> {
  return openIdentity({ ...config, ...(logger && { logger }), secret: secret && (await secretOf(secret)) });
}

function secretOf(source: SecretSource): string | Promise<string> {
  return source.kind === 'given' ? source.secret : persistedSecret(source.dataDir);
}

/** Fetches the identity provider's keys when the first token needs them. */
export function openIdentity(options: IdentityOptions): Identity {
  const { secret, jwksUrl, guestTokenSeconds, logger, now = Date.now } = options;
  const { issuers = [], audiences = [], rolesClaim = 'roles' } = options;
  const key = secret === null ? null : new TextEncoder().encode(secret);
  const verifier = tokenVerifier({ secret: key, jwksUrl }, { issuers, audiences, rolesClaim }, logger);
  return {
    verify: (token) => verifier.verify(token, now()),
    async signInAsGuest(viewer = { id: `${guestPrefix}${randomUUID()}`, roles: ['CUSTOMER'] }) {
      if (key === null) throw new GuestsNotEnabled();
      const request = { sub: viewer.id, roles: [], ttlSeconds: guestTokenSeconds };
      return { ...(await signToken(key, request, now())), viewer };
    },
    renewableGuest(token) {
      const { viewer } = verifier.verifyOwn(token, now(), RENEWABLE_FOR_SECONDS);
      if (!isGuest(viewer) || viewer.roles.includes('ORGANIZER')) throw new InvalidToken("not a guest's");
      return viewer;
    },
    async sign(request) {
      if (key === null) throw new Error('Tokens can be signed with a JWT_SECRET only');
      return signToken(key, request, now());
    },
  };
}
