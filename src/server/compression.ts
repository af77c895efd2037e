import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Smaller answers, including all refusals, fit into three packets: compressing one costs more than sending it. */
const leastCharacters = 4_000;

/** Brotli is preferred, because a whole map is a fifth smaller than with gzip. */
const encodings = ['br', 'gzip'] as ('br' | 'gzip')[];

const brotlied = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Out of 11, and of 9. Higher levels take several times as long to save a tenth of the bytes. */
const brotliQuality = 4;
const gzipLevel = 4;

/**
 * Compresses an answer in the thread pool, as its client accepts it, and sets the headers that say so. All at once rather than
 * as a stream, so that it is known how much the client has to read. What an answer holds cannot be guessed from its length
 * (BREACH): a browser sends no token by itself.
 */
export async function compress(text: string, request: FastifyRequest, reply: FastifyReply): Promise<string | Buffer> {
  if (text.length < leastCharacters) return text;
  addVary(reply);
  const encoding = acceptedEncoding(request);
  if (encoding === null) return text;
  reply.header('content-encoding', encoding);
  const bytes = Buffer.from(text);
  if (encoding === 'gzip') return gzipped(bytes, { level: gzipLevel });
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotlied(bytes, {
    params: { [BROTLI_PARAM_QUALITY]: brotliQuality, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

/** Null where the client takes neither. */
export function acceptedEncoding({ headers }: FastifyRequest): 'br' | 'gzip' | null {
  return negotiate(headers['accept-encoding']?.toLowerCase() ?? '', encodings);
}

/** CORS has set `Origin` there if not all origins are allowed. */
export function addVary(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  reply.header('vary', others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`);
}
