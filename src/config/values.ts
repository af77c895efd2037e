import { isIP } from 'node:net';
import { z } from 'zod';
import { parsePostgresUrl } from './postgres-url.ts';
import { PostgresUrlError } from './postgres-url-error.ts';
import { parseRedisUrl, RedisUrlError } from './redis-url.ts';

/**
 * Schemas for the values of settings. Each takes the text of an environment variable and reports at most one issue, whose message says
 * what is expected, to follow the word "expected".
 */

/** Digits only: `1e3`, `0x10`, `-1` and `2.5` are more often mistakes than numbers. */
export function whole(least: number, most: number) {
  return parsed(`a whole number from ${least} to ${most}`, (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  });
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return parsed(`one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text));
}

export const hostName = matching('a host name or an address to listen on', (text) => /^[^\s/]+$/.test(text));

export const dataDirectory = matching(
  'the path of a directory, or memory://',
  (text) => text === 'memory://' || !text.includes('://'),
);

export const fileNames = parsed('names of files, separated by commas', (text) => listed(text));

/** Compared with tokens' claims, character by character. */
export const texts = parsed('texts without spaces, separated by commas', (text) => {
  const items = listed(text);
  return items.length > 0 && items.every((item) => /^[!-~]{1,255}$/.test(item)) ? items : undefined;
});

export const claimName = matching('the name of a claim, or a path such as realm_access.roles', (text) =>
  /^[^\p{Cc}]{1,255}$/u.test(text),
);

/** Not trimmed, because another program that signs with the same secret would not trim it either. */
export const secret = z.string().refine((text) => Buffer.byteLength(text) >= 32, {
  error: 'at least 32 bytes, such as `openssl rand -base64 32` prints',
});

export const stripeSecretKey = matching('a secret or restricted key of Stripe, such as sk_test_…', (text) =>
  /^[sr]k_(test|live)_\w+$/.test(text),
);

export const stripePublishableKey = matching('a publishable key of Stripe, such as pk_test_…', (text) =>
  /^pk_(test|live)_\w+$/.test(text),
);

export const stripeWebhookSecrets = parsed(
  'one signing secret of a webhook endpoint at Stripe, such as whsec_…, or two separated by a comma',
  (text) => {
    const secrets = listed(text);
    return [1, 2].includes(secrets.length)
      ? every(secrets, (each) => (/^whsec_[!-~]+$/.test(each) ? each : undefined))
      : undefined;
  },
);

export const webOrigin = matching('a URL without a path, such as http://127.0.0.1:12111', (text) => {
  const url = hasScheme(text, 'http', 'https') ? parsedUrl(text) : undefined;
  return url !== undefined && `${url.origin}/` === url.href;
});

export const postgresUrl = url(parsePostgresUrl, PostgresUrlError);

export const redisUrl = url(parseRedisUrl, RedisUrlError);

export const webUrl = matching('a URL such as https://host/path, without a user or password in it', (text) => {
  const url = hasScheme(text, 'http', 'https') ? parsedUrl(text) : undefined;
  return url !== undefined && url.username === '' && url.password === '';
});

/** Without a trailing slash: empty for the root. */
export const basePath = parsed('a path such as /tickets', (text) =>
  /^(\/[\w.~-]+)*\/?$/.test(text) ? text.replace(/\/$/, '') : undefined,
);

/** Addresses and CIDR blocks as @fastify/proxy-addr takes them, which does not accept /0. */
export const networks = parsed('addresses or CIDR blocks separated by commas, such as 10.0.0.0/8, ::1', (text) =>
  every(listed(text), (network) => (isNetwork(network) ? network : undefined)),
);

/** Origins as browsers send them, so that they can be compared as strings. Apps in a web view have schemes of their own. */
export const origins = parsed('*, or origins separated by commas, such as https://tickets.example', (text) =>
  text === '*' ? ('*' as const) : every(listed(text), origin),
);

function parsed<T>(expected: string, read: (text: string) => T | undefined) {
  return z
    .string()
    .trim()
    .transform((text, context): T => {
      const value = read(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    });
}

function matching(expected: string, accepts: (text: string) => boolean) {
  return z.string().trim().refine(accepts, { error: expected });
}

/** `parse` must throw a `Refusal` whose message says what is expected. */
function url(parse: (text: string) => unknown, Refusal: typeof PostgresUrlError | typeof RedisUrlError) {
  return z
    .string()
    .trim()
    .superRefine((text, context) => {
      try {
        parse(text);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
      }
    });
}

function hasScheme(text: string, ...schemes: readonly string[]): boolean {
  return schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}://`));
}

function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Undefined if `read` returns undefined for any item. */
function every<T>(items: readonly string[], read: (item: string) => T | undefined): readonly T[] | undefined {
  const values = items.map(read).filter((value) => value !== undefined);
  return values.length === items.length ? values : undefined;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits);
}

function origin(text: string): string | undefined {
  const url = parsedUrl(text);
  if (url === undefined || url.host === '' || url.username !== '' || url.search !== '' || url.hash !== '')
    return undefined;
  return url.pathname === '' || url.pathname === '/' ? `${url.protocol}//${url.host}` : undefined;
}

function parsedUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
