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

/** The highest levels are 11 and 9. They take several times as long, and save a tenth of the bytes. */
const brotliQuality = 4;
const gzipLevel = 4;

/**
 * Compresses an answer in the thread pool if the client accepts that, and sets the headers. Does not stream, so that the number
 * of unread bytes is known. BREACH does not apply, because browsers do not send tokens by themselves.
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

/** Null if the client accepts neither. */
export function acceptedEncoding({ headers }: FastifyRequest): 'br' | 'gzip' | null {
  return negotiate(headers['accept-encoding']?.toLowerCase() ?? '', encodings);
}

/** Appends to `Vary`, where CORS puts `Origin` if not all origins are allowed. */
export function addVary(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  reply.header('vary', others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`);
}
