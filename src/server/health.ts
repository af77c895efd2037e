import type { FastifyInstance } from 'fastify';

/** The node's health. */
export interface Health {
  /** Whether it should get requests. */
  readonly ready: boolean;
  /** NORMAL, DEGRADED or CRITICAL. */
  readonly level: string;
  readonly since: Date;
  /** The faults, for operators. */
  readonly reasons: readonly string[];
}

/** For orchestrators (`/healthz`) and load balancers (`/readyz`). */
export function addHealth(http: FastifyInstance, health: () => Health): void {
  http.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok'));
  http.get('/readyz', (_request, reply) => {
    const { ready, level, since, reasons } = health();
    return reply.code(ready ? 200 : 503).send({ ready, level, since, reasons });
  });
}
