import { bearerToken, tokenAfterBearer } from './bearer.ts';
import { InvalidToken } from './errors.ts';

/** Names, in lower case and without `-` and `_`, that contain "token" but mean another kind. */
const otherTokens = /csrf|xsrf|captcha|push|device|refresh/;
const looksLikeToken = /^\s*(Bearer\s|eyJ[\w-]*\.[\w-]+\.[\w-]*\s*$)/i;

/**
 * The token in the payload of a websocket's `connection_init`: `authorization` as in the HTTP header, or `token`, `authToken`,
 * `accessToken`, `jwt` and the like, with or without "Bearer" before it, in any spelling, and in nested objects such as `headers`. Or the
 * token in the handshake's Authorization header, which programs can send and browsers cannot. Undefined if there is none, or only empty
 * ones, as clients send for visitors.
 * @throws InvalidToken if two differ, if one is not a string, and for a token in any other place, so that its sender finds out
 */
export function connectionToken(
  params: Readonly<Record<string, unknown>> | undefined,
  handshakeHeader?: string,
): string | undefined {
  const ofHandshake = handshakeHeader !== undefined && /^\s*Bearer\s/i.test(handshakeHeader);
  const tokens = new Set(ofHandshake ? [tokenAfterBearer(handshakeHeader.trim())] : []);
  let strays = 0;
  for (const [name, value] of allMembers(params ?? {})) {
    const kind = kindOf(name);
    if (kind !== 'other') {
      const token = tokenIn(value, kind);
      if (token !== undefined) tokens.add(token);
    } else if (typeof value === 'string' && looksLikeToken.test(value)) strays += 1;
  }
  if (tokens.size > 1) throw new InvalidToken('two different ones');
  const [token] = tokens;
  if (token === undefined && strays > 0)
    throw new InvalidToken('in an unknown place, send {"authorization": "Bearer <token>"}');
  return token;
}

type NameKind = 'header' | 'token' | 'other';

function kindOf(name: string): NameKind {
  const plain = name.toLowerCase().replace(/[-_]/g, '');
  if (plain === 'authorization') return 'header';
  if (otherTokens.test(plain)) return 'other';
  return plain.endsWith('token') || plain === 'jwt' || plain === 'bearer' || plain === 'authentication'
    ? 'token'
    : 'other';
}

function tokenIn(value: unknown, kind: 'header' | 'token'): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new InvalidToken('not a Bearer token');
  if (kind === 'header') return bearerToken(value);
  const text = value.trim();
  if (text === '') return undefined;
  return /^Bearer(\s|$)/i.test(text) ? tokenAfterBearer(text) : text;
}

/** All members of an object and of objects in it. Their number is bounded by the size of a message. */
function allMembers(params: object): readonly (readonly [string, unknown])[] {
  const members: (readonly [string, unknown])[] = Object.entries(params);
  // Also visits the members that are added meanwhile.
  for (const [name, value] of members) {
    if (typeof value !== 'object' || value === null || kindOf(name) !== 'other') continue;
    for (const member of Object.entries(value)) members.push(member);
  }
  return members;
}
