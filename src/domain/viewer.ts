export type Role = 'CUSTOMER' | 'ORGANIZER';

/** Whoever a request's token speaks for. */
export interface Viewer {
  /** The `sub` of a token signed with the secret; of an identity provider's token `oidc:<iss> <sub>`. No control characters. */
  readonly id: string;
  /** CUSTOMER always. */
  readonly roles: readonly Role[];
}

/** Who asks for something. */
export interface Asker {
  /** Null without a token. */
  readonly viewer: Viewer | null;
  /** Whether nobody waits for the answer any more. */
  readonly isOver: () => boolean;
}

export function isOrganizer({ viewer }: Pick<Asker, 'viewer'>): boolean {
  return viewer?.roles.includes('ORGANIZER') ?? false;
}

/** Begins the ids of an identity provider's viewers, and of no others. */
const providerPrefix = 'oidc:';

/** The id of an identity provider's viewer. `iss` is printable ASCII without spaces, or empty, so that no two pairs give one id. */
export function providerViewerId(iss: string, sub: string): string {
  return `${providerPrefix}${iss} ${sub}`;
}

/** Whether the `sub` of a token signed with the secret may be a viewer's id. */
export function isOwnViewerId(sub: unknown): sub is string {
  return isSubject(sub) && !sub.startsWith(providerPrefix);
}

/** False for what the store could not keep apart or at all: empty, longer than OpenID allows, with controls or half characters. */
export function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub.length >= 1 && sub.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(sub);
}

/** A list of roles, or a text with spaces or commas between them, as `scope` is written. Unknown roles are left out. */
export function rolesOf(claim: unknown): readonly Role[] {
  const names = typeof claim === 'string' ? claim.split(/[\s,]+/) : claim;
  const organizer = Array.isArray(names) && names.includes('organizer');
  return organizer ? ['CUSTOMER', 'ORGANIZER'] : ['CUSTOMER'];
}

/** Begins the ids of guests that this server has signed in. */
export const guestPrefix = 'guest_';

/** Whether anybody could have made this viewer in no time. */
export function isGuest({ id }: Viewer): boolean {
  return id.startsWith(guestPrefix);
}
