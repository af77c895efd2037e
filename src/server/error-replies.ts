import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { IdentityUnavailable, InvalidToken } from '../identity/errors.ts';
import { BodyTooLarge, discardRest, maxPlanBytes, maxRequestBytes } from './body-limit.ts';
import { busyFor, type PublicError, retryAfterMs } from './errors.ts';

export interface ErrorReply {
  readonly status: number;
  readonly error: GraphQLFormattedError;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ErrorReplies {
  readonly publicError: PublicError;
  readonly logger: Logger;
}

/** Answers errors from before the execution like GraphQL errors, so that clients parse one kind of body. */
export function errorReplies({ publicError, logger }: ErrorReplies) {
  return async (fault: unknown, request: FastifyRequest, reply: FastifyReply) => {
    // It is logged once where the keys are fetched, not for each request.
    if (fault instanceof IdentityUnavailable)
      logger.debug({ requestId: request.id, err: fault }, 'a token cannot be checked');
    const answer = replyTo(fault, (error) => publicError(error, request.id));
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

/** Longest address that is repeated in an answer. */
const LONGEST = 200;

export function nothingAt({ method, originalUrl }: FastifyRequest): ErrorReply {
  const message = `There is nothing at ${method} ${originalUrl.slice(0, LONGEST)}`;
  return { status: 404, error: { message, extensions: { code: 'NOT_FOUND' } } };
}

function replyTo(fault: unknown, publicError: (error: unknown) => GraphQLFormattedError): ErrorReply {
  if (fault instanceof InvalidToken) {
    const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
    return { status: 401, error: { message: fault.message, extensions: { code: 'UNAUTHENTICATED' } }, headers };
  }
  if (fault instanceof IdentityUnavailable) {
    return busyReply(retryAfterMs);
  }
  if (fault instanceof BodyTooLarge || isBadRequest(fault)) {
    // @fastify/static answers 403 for a path outside its folder.
    const status = fault.statusCode === 403 ? 404 : fault.statusCode;
    return { status, error: { message: messageOf(fault, status), extensions: { code: 'BAD_REQUEST' } } };
  }
  const error = publicError(fault);
  return error.extensions?.code === 'SERVICE_BUSY' ? busyReply(retryAfterMs) : { status: 500, error };
}

/** For clients that should retry later. */
export function busyReply(waitMs: number): ErrorReply {
  return { status: 503, error: busyFor(waitMs), headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } };
}

/** @param error has `retryAfterMs` */
export function rateLimitedReply(error: GraphQLFormattedError): ErrorReply {
  const seconds = Math.ceil(Number(error.extensions?.retryAfterMs) / 1000);
  return { status: 429, error, headers: { 'retry-after': String(seconds) } };
}

const tooLarge = `The request is too large: at most ${maxRequestBytes} bytes, or ${maxPlanBytes} with an organizer's token`;

interface BadRequest extends Error {
  readonly statusCode: number;
}

/** Errors of Fastify and its plugins. Faults of operations are answered before. */
function isBadRequest(fault: unknown): fault is BadRequest {
  if (!(fault instanceof Error && 'statusCode' in fault)) return false;
  const { statusCode } = fault;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

/** Fastify's own messages are meant for clients. Others may contain paths of this machine. */
function messageOf(fault: BadRequest, status: number): string {
  if (status === 413) return tooLarge;
  const isFastifys = 'code' in fault && String(fault.code).startsWith('FST_ERR_');
  return isFastifys ? fault.message : (STATUS_CODES[status] ?? 'Bad Request');
}

function contentTypeFor(request: FastifyRequest): string {
  const asked = request.headers.accept?.includes('application/graphql-response+json') ?? false;
  return asked ? 'application/graphql-response+json; charset=utf-8' : 'application/json; charset=utf-8';
}
