import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { OperationSummary } from '../graphql/context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if the request is no operation, or was refused before. */
    summary: OperationSummary | null;
  }
}

export const requestIdHeader = 'x-request-id';

/** Ids of proxies and tracers: uuids, `Root=1-67891233-abcdef`, a `traceparent`. Nothing that could forge a line of the log. */
const plain = /^[\w.:/+=@-]{1,128}$/;

/** The id that the client or a proxy has given the request, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const sent = headers[requestIdHeader];
  return typeof sent === 'string' && plain.test(sent) ? sent : randomUUID();
}

/** Logs a line for each finished request, if the log level includes it. */
export function logRequests(http: FastifyInstance, logger: Logger): void {
  http.decorateRequest('summary', null);
  if (!logger.isLevelEnabled('debug')) return;
  http.addHook('onRequest', (request, { raw }, done) => {
    const { id: requestId, method, url } = request;
    const startedMs = performance.now();
    raw.once('close', () => {
      const { operation = null, outcome = null } = request.summary ?? {};
      const status = raw.writableFinished ? raw.statusCode : 'cut off';
      // The query string may contain secrets in variables.
      const path = url.split('?', 1)[0];
      logger.debug({ requestId, method, path, operation, outcome, status, ms: msSince(startedMs) }, 'request');
    });
    done();
  });
}

/** In whole microseconds. */
export function msSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) * 1000) / 1000;
}
