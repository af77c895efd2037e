import { bearerToken, tokenAfterBearer } from './bearer.ts';
import { InvalidToken } from './errors.ts';

/** Names, lower-case and without `-` and `_`, that say "token" and mean another one. */
const otherTokens = /csrf|xsrf|captcha|push|device|refresh/;
const looksLikeToken = /^\s*(Bearer\s|eyJ[\w-]*\.[\w-]+\.[\w-]*\s*$)/i;

/**
 * The one token in what a client sent as a websocket's `connection_init`: `authorization` as in the HTTP header, or `token`,
 * `authToken`, `accessToken`, `jwt` and their like, with or without "Bearer" before it, in any spelling and in any object such as
 * `headers`; or in the handshake's Authorization header, which programs can send and browsers can't. Undefined when there is none, or only empty ones, as clients send for visitors.
 * @throws InvalidToken for two that differ, for what is no text, and for a token in any other place: its sender would be nobody, and not know
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

/** Of an object and all objects in it, which are as many as the client could write into one message. */
function allMembers(params: object): readonly (readonly [string, unknown])[] {
  const members: (readonly [string, unknown])[] = Object.entries(params);
  // Those that are added are visited too.
  for (const [name, value] of members) {
    if (typeof value !== 'object' || value === null || kindOf(name) !== 'other') continue;
    for (const member of Object.entries(value)) members.push(member);
  }
  return members;
}
