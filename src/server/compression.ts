import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Smaller answers, all refusals among them, are three packets at most: to compress one costs more than to send it. */
const leastCharacters = 4_000;

/** Brotli first, which makes a whole map a fifth smaller than gzip. */
const encodings = ['br', 'gzip'] as ('br' | 'gzip')[];

const brotlied = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Of 1 to 11, and of 1 to 9: higher ones take several times as long for a tenth of the bytes. */
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
  const encoding = negotiate(request.headers['accept-encoding']?.toLowerCase() ?? '', encodings);
  if (encoding === null) return text;
  reply.header('content-encoding', encoding);
  const bytes = Buffer.from(text);
  if (encoding === 'gzip') return gzipped(bytes, { level: gzipLevel });
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotlied(bytes, {
    params: { [BROTLI_PARAM_QUALITY]: brotliQuality, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

/** CORS puts `Origin` there where not every origin may ask. */
function addVary(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  reply.header('vary', others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`);
}
