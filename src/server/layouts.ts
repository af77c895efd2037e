import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphqlContext, Requester } from '../graphql/context.ts';
import type { LayoutFile } from '../graphql/layout-files.ts';
import type { VisibleLayout } from '../graphql/lookups.ts';
import { acceptedEncoding, addVary } from './compression.ts';
import { nothingAt, send } from './error-replies.ts';
import { admit, identify, type RequesterOptions, requesterOf } from './requester.ts';

const gunzipped = promisify(gunzip);

/** A year is the longest usual lifetime. A draft's layout is cached only by its reader's browser. */
const CACHE_CONTROL = {
  public: 'public, max-age=31536000, immutable',
  private: 'private, max-age=31536000, immutable',
};

export interface LayoutOptions extends RequesterOptions {
  contextFor(requester: Requester): GraphqlContext;
  /** By the event's global id; null if there is none that the viewer may see. */
  findLayout(context: GraphqlContext, id: string): Promise<VisibleLayout | null>;
}

interface Address {
  readonly Params: { readonly eventId: string; readonly file: string };
}

/** Serves `SeatMap.layoutUrl`. The address contains a hash of the layout, and 404 answers any other hash. */
export function addLayouts(http: FastifyInstance, options: LayoutOptions): void {
  const { admission, contextFor, findLayout } = options;
  http.get<Address>('/layouts/:eventId/:file', { onRequest: [admit(options), identify(options)] }, (request, reply) =>
    admission.run(async () => {
      const { eventId, file } = request.params;
      const found = await findLayout(contextFor(requesterOf(options, request, reply)), eventId);
      if (found === null || file !== `${found.hash}.json`) return send(nothingAt(request), request, reply);
      return sendLayout(found, request, reply);
    }),
  );
}

async function sendLayout({ hash, file, isPublic }: VisibleLayout, request: FastifyRequest, reply: FastifyReply) {
  const etag = `"${hash}"`;
  reply.headers({ etag, 'cache-control': isPublic ? CACHE_CONTROL.public : CACHE_CONTROL.private });
  addVary(reply);
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  const body = await encoded(await file(), request, reply);
  return reply.type('application/json; charset=utf-8').send(body);
}

/** Compares without `W/`, which a proxy that changes the encoding puts before the tag (RFC 9110, section 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}

function encoded({ brotli, gzip }: LayoutFile, request: FastifyRequest, reply: FastifyReply) {
  const encoding = acceptedEncoding(request);
  if (encoding === null) return gunzipped(gzip);
  reply.header('content-encoding', encoding);
  return encoding === 'br' ? brotli : gzip;
}
