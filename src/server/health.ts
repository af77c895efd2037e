import type { FastifyInstance } from 'fastify';

/** Why this node cannot serve at present; none means that it can. */
export type Readiness = () => readonly string[];

/** For whatever restarts nodes (`/healthz`) and sends them traffic (`/readyz`). */
export function addHealth(http: FastifyInstance, ready: Readiness): void {
  http.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok'));
  http.get('/readyz', (_request, reply) => {
    const reasons = ready();
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
}
