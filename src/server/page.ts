import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nothingAt, send } from './error-replies.ts';
import { pathToRoot } from './own-path.ts';

/** Built by `npm run build`. The path is the same from `src/server` and `dist/server`. */
const builtPage = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** Addresses of the page's own router. */
const places = ['/', '/events/:id', '/tickets', '/organizer', '/organizer/new', '/organizer/events/:id'];

/** Of Stripe.js (https://docs.stripe.com/security/guide#content-security-policy). */
const stripes = {
  scripts: 'https://js.stripe.com https://*.js.stripe.com',
  frames: 'https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
  api: 'https://api.stripe.com',
};

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const policyWithStripe = policy
  .replace("script-src 'self'", `script-src 'self' ${stripes.scripts}; frame-src ${stripes.frames}`)
  .replace("connect-src 'self'", `connect-src 'self' ${stripes.api}`);

const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

export interface PageOptions {
  /** Base path of public addresses: empty, or '/tickets'. */
  readonly basePath: string;
  /** How the page's payments by Stripe are captured; null if they are not by Stripe. */
  readonly stripeCapture: 'manual' | 'automatic' | null;
  readonly folder?: string;
}

/** Serves the page. Its scripts and styles have content hashes in their names, and never change. */
export async function addPage(http: FastifyInstance, options: PageOptions): Promise<void> {
  const { basePath, stripeCapture, folder = builtPage } = options;
  if (!existsSync(folder)) {
    http.log.warn('there is no page to show: `npm run build` makes it');
    http.setNotFoundHandler((request, reply) => send(nothingAt(request), request, reply));
    return;
  }
  const built = readFileSync(`${folder}index.html`, 'utf8');
  const page = stripeCapture === null ? built : built.replace('<html', `<html data-stripe-capture="${stripeCapture}"`);
  const show = (request: FastifyRequest, reply: FastifyReply) => {
    const root = pathToRoot(request.originalUrl, basePath);
    if (root === null) return reply.callNotFound();
    return reply
      .headers({ ...headers, 'content-security-policy': stripeCapture === null ? policy : policyWithStripe })
      .type('text/html; charset=utf-8')
      .send(page.replaceAll('"./', `"${root}`));
  };
  for (const place of places) http.get(place, show);
  // Browsers get the page, which shows its own 404.
  http.setNotFoundHandler((request, reply) => {
    const isForPeople = request.method === 'GET' && request.headers.accept?.includes('text/html');
    const hasPage = isForPeople && pathToRoot(request.originalUrl, basePath) !== null;
    return hasPage ? show(request, reply.code(404)) : send(nothingAt(request), request, reply);
  });
  const asTheyAre = { decorateReply: false, index: false } as const;
  await http.register(files, {
    ...asTheyAre,
    root: `${folder}assets`,
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
  });
  await http.register(files, { ...asTheyAre, root: folder, wildcard: false, globIgnore: ['assets/**', 'index.html'] });
}
