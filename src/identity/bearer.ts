import { InvalidToken } from './errors.ts';

/**
 * The token in an Authorization header (RFC 6750); undefined without a header.
 * @throws InvalidToken if the header holds anything else, which a client should hear of rather than be taken for nobody
 */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header.trim())?.[1];
  if (token === undefined) throw new InvalidToken('not a Bearer token');
  return token;
}
