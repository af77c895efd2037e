import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { IdentityUnavailable } from './errors.ts';

/** The lists of large providers have some 20 kB. */
const maxListBytes = 1_000_000;
const listWithinMs = 5_000;
/** Tokens that may wait for the list at once. Further ones are refused for now. */
const maxWaiting = 500;

export type KeysLogger = Pick<Logger, 'warn' | 'info'>;

/**
 * An identity provider's keys, fetched when a token needs one, and once for all tokens that wait. The returned function throws
 * IdentityUnavailable if the list cannot be fetched, and jose's error if the list has no such key.
 */
export function providerKeys(url: string, logger: KeysLogger | undefined): JWTVerifyGetKey {
  const list = createRemoteJWKSet(new URL(url), {
    timeoutDuration: listWithinMs,
    [customFetch]: reportingFaults(fetchList, logger),
  });
  let waiting = 0;
  return async (header, token) => {
    if (list.reloading && !list.fresh && waiting >= maxWaiting)
      throw new IdentityUnavailable(new Error(`${maxWaiting} tokens wait for the keys already`));
    waiting += 1;
    try {
      return await list(header, token);
    } finally {
      waiting -= 1;
    }
  };
}

/** Logs one line when the list can no longer be fetched, and one when it can again. */
function reportingFaults(fetchKeys: FetchImplementation, logger: KeysLogger | undefined): FetchImplementation {
  let failing = false;
  return async (url, options) => {
    try {
      const response = await fetchKeys(url, options);
      if (failing) logger?.info('the keys of JWKS_URL can be read again');
      failing = false;
      return response;
    } catch (error) {
      if (!failing) logger?.warn(`the keys of JWKS_URL cannot be read: ${reasonOf(error)}`);
      failing = true;
      throw new IdentityUnavailable(error);
    }
  };
}

/** jose's options forbid redirects. Its signal also aborts in the middle of the body. */
const fetchList: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options);
  if (response.status !== 200) {
    await response.body?.cancel();
    const redirected = response.status >= 300 && response.status < 400;
    throw new Error(`it answered with status ${response.status}${redirected ? '; redirects are not followed' : ''}`);
  }
  return Response.json({ keys: keysIn(await textOf(response)) });
};

/** Reads the body. Throws as soon as it is too long. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxListBytes) throw new Error(`it answered with more than ${maxListBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Drops entries that are no keys, for which jose would reject the whole list. */
function keysIn(text: string): readonly object[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new Error('its answer is not JSON');
  }
  const keys = typeof list === 'object' && list !== null && 'keys' in list ? list.keys : undefined;
  if (!Array.isArray(keys)) throw new Error('its answer has no list of keys');
  return keys.filter((key) => typeof key === 'object' && key !== null && !Array.isArray(key));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${listWithinMs / 1000} s`;
  return error.cause instanceof Error ? `${error.message} (${error.cause.message || error.cause.name})` : error.message;
}
