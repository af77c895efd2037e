import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** As `npm run build` made it: as far from `src/server` as from `dist/server`. */
const builtPage = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** Addresses within the page, which draws each of them by itself. */
const places = ['/', '/events/:id', '/tickets', '/organizer', '/organizer/new', '/organizer/events/:id'];

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

const headers = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** The seat map for people. Its scripts and styles have the hash of what is in them in their names, and never change. */
export async function addPage(http: FastifyInstance, folder = builtPage): Promise<void> {
  if (!existsSync(folder)) {
    http.log.warn('there is no page to show: `npm run build` makes it');
    return;
  }
  const page = readFileSync(`${folder}index.html`);
  for (const place of places) {
    http.get(place, (_request, reply) =>
      reply.headers(headers).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page),
    );
  }
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
