import type { FastifyRequest } from 'fastify';
import type { Viewer } from '../domain/viewer.ts';
import { bearerToken } from '../identity/bearer.ts';
import type { VerifiedToken } from '../identity/claims.ts';
import { connectionToken } from '../identity/connection-token.ts';
import type { Identity } from '../identity/identity.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if the request has no token. */
    viewer: Viewer | null;
    /** Expiry of the request's token, as in `VerifiedToken`; null without one. */
    tokenExpiresAtMs: number | null;
  }
}

/**
 * Refuses an invalid token whatever the request is, before the body is read.
 * @throws InvalidToken, IdentityUnavailable
 */
export async function authenticateRequest(identity: Identity, request: FastifyRequest): Promise<void> {
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) return;
  const { viewer, expiresAtMs } = await identity.verify(token);
  request.viewer = viewer;
  request.tokenExpiresAtMs = expiresAtMs;
}

/**
 * Null if neither `connection_init` nor the handshake has a token.
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
