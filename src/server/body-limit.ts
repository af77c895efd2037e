import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { preParsingHookHandler } from 'fastify';

/** Bytes of a request over HTTP: hundreds of times those of a reservation. Parsing as many takes some 10 ms. */
export const maxRequestBytes = 250_000;

/** Bytes of an organizer's request over HTTP. A seating plan of 50,000 seats takes 8 to 20 MB. */
export const maxPlanBytes = 32_000_000;

/** How long the rest of a body that is too large is read and dropped, because many clients read the answer only afterwards. */
const maxDiscardMs = 5_000;

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly statusCode = 413;
}

/** Only organizers may send large bodies, because only they import seating plans. Needs the request's viewer. */
export const limitBody: preParsingHookHandler = (request, _reply, payload, done) => {
  const length = request.headers['content-length'];
  if (request.viewer?.roles.includes('ORGANIZER')) done(null, payload);
  else if (Number(length) > maxRequestBytes) done(new BodyTooLarge());
  else done(null, length === undefined ? counted(payload) : payload);
};

/** The length of a chunked body is only known as it arrives. */
function counted(payload: NodeJS.ReadableStream): Transform {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxRequestBytes) done(new BodyTooLarge());
      else done(null, chunk);
    },
  });
  payload.once('error', (error) => counter.destroy(error));
  return payload.pipe(counter);
}

export async function discardRest(request: IncomingMessage): Promise<void> {
  request.resume();
  const signal = AbortSignal.timeout(maxDiscardMs);
  await finished(request, { writable: false, signal }).catch(() => {});
}
