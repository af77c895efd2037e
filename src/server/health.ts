import type { FastifyInstance } from 'fastify';

/** What this node can do at present. */
export interface Health {
  /** Whether it is worth sending requests to. */
  readonly ready: boolean;
  /** As operators know it: NORMAL, DEGRADED or CRITICAL. */
  readonly level: string;
  readonly since: Date;
  /** What is the matter, for people. */
  readonly reasons: readonly string[];
}

/** For whatever restarts nodes (`/healthz`) and sends them traffic (`/readyz`). */
export function addHealth(http: FastifyInstance, health: () => Health): void {
  http.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok'));
  http.get('/readyz', (_request, reply) => {
    const { ready, level, since, reasons } = health();
    return reply.code(ready ? 200 : 503).send({ ready, level, since, reasons });
  });
}
