import type { onRequestAsyncHookHandler } from 'fastify';
import { bearerToken } from '../identity/bearer.ts';
import { InvalidToken } from '../identity/errors.ts';
import type { Identity } from '../identity/identity.ts';
import type { VerifiedToken } from '../identity/verify.ts';
import type { Viewer } from '../identity/viewer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null when the request carries no token. */
    viewer: Viewer | null;
  }
}

/** Refuses a bad token whatever is asked for, and before the body is read. */
export function authenticateRequest(identity: Identity): onRequestAsyncHookHandler {
  return async (request) => {
    const token = bearerToken(request.headers.authorization);
    request.viewer = token === undefined ? null : (await identity.verify(token)).viewer;
  };
}

/**
 * The token in a websocket's `connectionParams`: `authorization` or `Authorization` as in the HTTP header, or a bare `token`.
 * Null when there is none.
 * @throws InvalidToken, IdentityUnavailable
 */
export async function authenticateConnection(
  params: Readonly<Record<string, unknown>> | undefined,
  identity: Identity,
): Promise<VerifiedToken | null> {
  const header = params?.authorization ?? params?.Authorization;
  const token = header == null ? params?.token : bearerToken(text(header));
  return token == null ? null : identity.verify(text(token));
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidToken('not a Bearer token');
  return value;
}
