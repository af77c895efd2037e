import type { IncomingMessage } from 'node:http';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { limitBody, maxPlanBytes } from '../body-limit.ts';
import { send } from '../error-replies.ts';
import type { EventStreams } from './event-streams.ts';
import { eventStreamType } from './events.ts';

export interface EventStreamRoutes {
  readonly path: string;
  /** Authentication and rate limits. */
  readonly onRequest: NonNullable<RouteShorthandOptions['onRequest']>;
  readonly eventStreams: EventStreams;
}

/** JSON is preferred, because some clients accept events besides for every operation. */
const types = ['application/json', 'application/graphql-response+json', eventStreamType];

/** Routes requests that prefer events to JSON. */
const preferredType = {
  name: 'preferredType',
  storage: () => new Map(),
  deriveConstraint({ headers }: Pick<IncomingMessage, 'headers'>) {
    const accepted = headers.accept?.toLowerCase() ?? '';
    const takesEvents = accepted.includes(eventStreamType) && negotiate(accepted, types) === eventStreamType;
    return takesEvents ? eventStreamType : undefined;
  },
};

/** Operations over server-sent events, each on a request of its own: the "distinct connections mode" of graphql-sse. */
export function addEventStreams(http: FastifyInstance, { path, onRequest, eventStreams }: EventStreamRoutes): void {
  const urls = [path, `${path}/stream`];
  const events = {
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    bodyLimit: maxPlanBytes,
    onRequest,
    preParsing: limitBody,
    handler: (request: FastifyRequest, reply: FastifyReply) => eventStreams.answer(request, reply),
  };
  http.addConstraintStrategy(preferredType);
  http.route({ ...events, url: path, constraints: { preferredType: eventStreamType } });
  http.route({ ...events, url: `${path}/stream` });
  for (const url of urls) http.route({ method: ['PUT', 'DELETE'], url, handler: refuseReservation });
}

/** Refuses the request with which graphql-sse begins its "single connection mode". */
function refuseReservation(request: FastifyRequest, reply: FastifyReply) {
  const message = `${request.method} is not answered here: each operation by server-sent events has a request of its own (graphql-sse's singleConnection: false)`;
  const error = { message, extensions: { code: 'BAD_REQUEST' } };
  return send({ status: 405, error, headers: { allow: 'GET, POST' } }, request, reply);
}
