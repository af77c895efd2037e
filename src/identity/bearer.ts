import { InvalidToken } from './errors.ts';

/**
 * The token in an Authorization header (RFC 6750). Undefined without a header, and for an empty one, which the documented set-ups of
 * Apollo and urql send for visitors.
 * @throws InvalidToken for any other header, so that the client finds out and is not treated as anonymous
 */
export function bearerToken(header: string | undefined): string | undefined {
  const text = header?.trim() ?? '';
  return text === '' ? undefined : tokenAfterBearer(text);
}

/** @throws InvalidToken */
export function tokenAfterBearer(text: string): string {
  const [, token] = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(text) ?? [];
  if (token !== undefined) return token;
  throw new InvalidToken(/^Bearer$/i.test(text) ? 'nothing after Bearer' : 'not a Bearer token');
}
