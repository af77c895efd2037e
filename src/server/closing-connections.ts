import type { FastifyInstance } from 'fastify';

/** Once `close` was called, each connection ends with the answer under way on it; Node would keep it for the next request. */
export function endConnectionsOnClose(http: FastifyInstance): void {
  let closing = false;
  http.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  http.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}
