import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { IdentityUnavailable, InvalidToken } from '../identity/errors.ts';
import { BodyTooLarge, discardRest, maxPlanBytes, maxRequestBytes } from './body-limit.ts';
import { busyFor, type PublicError, rateLimited, retryAfterMs } from './errors.ts';

interface ErrorReply {
  readonly status: number;
  readonly error: GraphQLFormattedError;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ErrorReplies {
  readonly publicError: PublicError;
  readonly logger: Logger;
}

/** Answers what fails before GraphQL sees it as GraphQL would have: a client reads one kind of body. */
export function errorReplies({ publicError, logger }: ErrorReplies) {
  return async (fault: unknown, request: FastifyRequest, reply: FastifyReply) => {
    // Those who fetch the keys say it once, rather than for each request.
    if (fault instanceof IdentityUnavailable) logger.debug({ err: fault }, 'a token cannot be checked');
    const answer = replyTo(fault, publicError);
    if (answer.status === 413) await discardRest(request.raw);
    return send(answer, request, reply);
  };
}

export function send({ status, error, headers = {} }: ErrorReply, request: FastifyRequest, reply: FastifyReply) {
  return reply
    .code(status)
    .headers(headers)
    .type(contentTypeFor(request))
    .send({ errors: [error] });
}

function replyTo(fault: unknown, publicError: PublicError): ErrorReply {
  if (fault instanceof InvalidToken) {
    const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
    return { status: 401, error: { message: fault.message, extensions: { code: 'UNAUTHENTICATED' } }, headers };
  }
  if (fault instanceof IdentityUnavailable) {
    return busyReply(retryAfterMs);
  }
  if (fault instanceof BodyTooLarge || isBadRequest(fault)) {
    const message = fault.statusCode === 413 ? tooLarge : fault.message;
    return { status: fault.statusCode, error: { message, extensions: { code: 'BAD_REQUEST' } } };
  }
  return { status: 500, error: publicError(fault) };
}

/** To whoever is to come back later. */
export function busyReply(waitMs: number): ErrorReply {
  return { status: 503, error: busyFor(waitMs), headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } };
}

export function rateLimitedReply(waitMs: number): ErrorReply {
  return { status: 429, error: rateLimited(waitMs), headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } };
}

const tooLarge = `The request is too large: at most ${maxRequestBytes} bytes, or ${maxPlanBytes} with an organizer's token`;

/** Fastify's own complaints about a request, which it writes for its sender. */
function isBadRequest(fault: unknown): fault is FastifyError & { statusCode: number } {
  if (!(fault instanceof Error && 'code' in fault && 'statusCode' in fault)) return false;
  const { code, statusCode } = fault;
  const isFastifys = typeof code === 'string' && code.startsWith('FST_ERR_');
  return isFastifys && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

function contentTypeFor(request: FastifyRequest): string {
  const asked = request.headers.accept?.includes('application/graphql-response+json') ?? false;
  return asked ? 'application/graphql-response+json; charset=utf-8' : 'application/json; charset=utf-8';
}
