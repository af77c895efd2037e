export type Role = 'CUSTOMER' | 'ORGANIZER';

/** The person or program that a request's token identifies. */
export interface Viewer {
  /** The `sub` of a token signed with the secret, or `oidc:<iss> <sub>` for an identity provider's token. Has no control characters. */
  readonly id: string;
  /** Always contains CUSTOMER. */
  readonly roles: readonly Role[];
}

/** Who makes a request. */
export interface Asker {
  /** Null without a token. */
  readonly viewer: Viewer | null;
  /** Whether the answer is no longer awaited. */
  readonly isOver: () => boolean;
}

export function isOrganizer({ viewer }: Pick<Asker, 'viewer'>): boolean {
  return viewer?.roles.includes('ORGANIZER') ?? false;
}

/** Prefix of the ids of an identity provider's viewers, and of no others. */
const providerPrefix = 'oidc:';

/** The id of an identity provider's viewer. It is unique, because `iss` is empty or printable ASCII without spaces. */
export function providerViewerId(iss: string, sub: string): string {
  return `${providerPrefix}${iss} ${sub}`;
}

/** Whether the `sub` of a token signed with the secret may be a viewer's id. */
export function isOwnViewerId(sub: unknown): sub is string {
  return isSubject(sub) && !sub.startsWith(providerPrefix);
}

/** False for a subject that is empty, longer than OpenID allows, or has control characters or unpaired surrogates, which Postgres rejects. */
export function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub.length >= 1 && sub.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(sub);
}

/** Parses a list of roles, or a string with spaces or commas between them, as in `scope`. Unknown roles are ignored. */
export function rolesOf(claim: unknown): readonly Role[] {
  const names = typeof claim === 'string' ? claim.split(/[\s,]+/) : claim;
  const organizer = Array.isArray(names) && names.includes('organizer');
  return organizer ? ['CUSTOMER', 'ORGANIZER'] : ['CUSTOMER'];
}

/** Prefix of the ids of guests that the server has signed in. */
export const guestPrefix = 'guest_';

/** Whether the viewer is a guest, which anybody can become at once. */
export function isGuest({ id }: Viewer): boolean {
  return id.startsWith(guestPrefix);
}
