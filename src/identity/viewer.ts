export type Role = 'CUSTOMER' | 'ORGANIZER';

/** Whoever a request's token speaks for. */
export interface Viewer {
  /** The token's `sub`: 1 to 255 characters, none of them a control character. */
  readonly id: string;
  /** CUSTOMER always. */
  readonly roles: readonly Role[];
}

/** The `roles` claim as an identity provider writes it. What is no role of ours is not our business. */
export function rolesOf(claim: unknown): readonly Role[] {
  const organizer = Array.isArray(claim) && claim.includes('organizer');
  return organizer ? ['CUSTOMER', 'ORGANIZER'] : ['CUSTOMER'];
}

/** False for ids the store could not keep apart or at all: empty, longer than OpenID allows, with controls or half characters. */
export function isViewerId(sub: unknown): sub is string {
  return typeof sub === 'string' && sub.length >= 1 && sub.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(sub);
}
