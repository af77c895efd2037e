import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify';
import type { RateLimiter } from '../coordination/coordination.ts';
import { type Requester, summaryOf } from '../graphql/context.ts';
import type { Identity } from '../identity/identity.ts';
import type { Admission } from './admission.ts';
import { authenticateRequest } from './authentication.ts';
import type { ClientAddresses } from './client-address.ts';
import { busyReply, rateLimitedReply, send } from './error-replies.ts';
import { rateLimited } from './errors.ts';

export interface RequesterOptions {
  readonly identity: Identity;
  readonly admission: Admission;
  readonly clientAddresses: ClientAddresses;
  /** Of queries without a token, by network address. */
  readonly queryLimiter: RateLimiter;
}

/** Authenticates a request and applies the rate limit of its address, before the body is read. */
export function identify({ identity, queryLimiter, clientAddresses }: RequesterOptions): onRequestAsyncHookHandler {
  return async (request, reply) => {
    await authenticateRequest(identity, request);
    // Viewers have limits of their own.
    if (request.viewer !== null) return;
    const answer = await queryLimiter.consume(clientAddresses.of(request.raw));
    if (!answer.allowed) await send(rateLimitedReply(rateLimited(answer.retryAfterMs)), request, reply);
  };
}

/** The requester of an authenticated request, whose summary the request's log line will have. */
export function requesterOf(
  { clientAddresses }: Pick<RequesterOptions, 'clientAddresses'>,
  request: FastifyRequest,
  { raw }: FastifyReply,
): Requester {
  const summary = summaryOf(request.id);
  request.summary = summary;
  return {
    viewer: request.viewer,
    clientAddress: clientAddresses.of(request.raw),
    isOver: () => raw.writableEnded || raw.destroyed,
    summary,
  };
}

/** Runs before the token and the body are read, because refusing must cost next to nothing under overload. */
export function admit({ admission }: Pick<RequesterOptions, 'admission'>): onRequestHookHandler {
  return (request, reply, done) => {
    const waitMs = admission.refusal();
    if (waitMs === undefined) done();
    else void send(busyReply(waitMs), request, reply);
  };
}
