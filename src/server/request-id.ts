import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const requestIdHeader = 'x-request-id';

/** What proxies and tracers send: uuids, `Root=1-67891233-abcdef`, a `traceparent`. Nothing that could forge a line of the log. */
const plain = /^[\w.:/+=@-]{1,128}$/;

/** As the client, or a proxy before it, has named the request; or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const sent = headers[requestIdHeader];
  return typeof sent === 'string' && plain.test(sent) ? sent : randomUUID();
}
