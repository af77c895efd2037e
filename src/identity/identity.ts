import { randomUUID } from 'node:crypto';
import type { IdentityConfig, SecretSource } from '../config.ts';
import { guestPrefix, isGuest, type Viewer } from '../domain/viewer.ts';
import type { VerifiedToken } from './claims.ts';
import { GuestsNotEnabled, InvalidToken } from './errors.ts';
import type { KeysLogger } from './provider-keys.ts';
import { keptSecret } from './secret-file.ts';
import { type SignedToken, signToken, type TokenRequest } from './shared-secret.ts';
import { tokenVerifier } from './verify.ts';

/** Who sends a request: the tokens this node accepts, and those it signs itself. */
export interface Identity {
  /**
   * A removed key of the identity provider goes on counting for up to 20 minutes, for tokens seen before.
   * @throws InvalidToken the token is refused for good
   * @throws IdentityUnavailable the identity provider's keys cannot be had at present
   */
  verify(token: string): Promise<VerifiedToken>;
  /**
   * As the guest, or as a new one.
   * @throws GuestsNotEnabled without a secret
   */
  signInAsGuest(guest?: Viewer): Promise<GuestSession>;
  /**
   * Whose token this is, also if it ran out within the last hour.
   * @throws InvalidToken for a token that is no guest's as well
   */
  renewableGuest(token: string): Viewer;
  /** For operators. @throws Error without a secret, RangeError for an impossible `sub` */
  sign(request: TokenRequest): Promise<SignedToken>;
}

export interface GuestSession extends SignedToken {
  readonly viewer: Viewer;
}

export interface IdentityOptions {
  /** At least 32 bytes; null where only an identity provider's tokens count. */
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

/** How long a guest who was away when the token ran out can still get another. */
const RENEWABLE_FOR_SECONDS = 3_600;

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

/** Fetches nothing before the first token comes that needs it. */
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
