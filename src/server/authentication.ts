import type { onRequestAsyncHookHandler } from 'fastify';
import type { Viewer } from '../domain/viewer.ts';
import { bearerToken } from '../identity/bearer.ts';
import type { VerifiedToken } from '../identity/claims.ts';
import { connectionToken } from '../identity/connection-token.ts';
import type { Identity } from '../identity/identity.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null when the request carries no token. */
    viewer: Viewer | null;
    /** Of the request's token, as `VerifiedToken` has it; null without one. */
    tokenExpiresAtMs: number | null;
  }
}

/** Refuses a bad token whatever is asked for, and before the body is read. */
export function authenticateRequest(identity: Identity): onRequestAsyncHookHandler {
  return async (request) => {
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) return;
    const { viewer, expiresAtMs } = await identity.verify(token);
    request.viewer = viewer;
    request.tokenExpiresAtMs = expiresAtMs;
  };
}

/**
 * Null when neither `connection_init` nor the handshake carries a token.
 * @throws InvalidToken, IdentityUnavailable
 */
export async function authenticateConnection(
  params: Readonly<Record<string, unknown>> | undefined,
  handshakeHeader: string | undefined,
  identity: Identity,
): Promise<VerifiedToken | null> {
  const token = connectionToken(params, handshakeHeader);
  return token === undefined ? null : identity.verify(token);
}
