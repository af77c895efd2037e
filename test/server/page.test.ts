import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startNode } from '../support/node.ts';
import { openStage } from './stage.ts';

/** Compressed, in bytes, for phones with slow connections. */
const maxScriptBytes = 150_000;

test.each(['/', '/events/event_1', '/tickets', '/tickets/', '/events/event_1/', '/organizer/events/event_1'])(
  'the page is at %s',
  async (path) => {
    await using stage = await openStage();
    const page = await fetch(stage.server.url + path);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const html = await page.text();
    expect(html).toContain('<div id="root">');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc="\.)|<style|\sstyle=|\son\w+=|https?:/);
  },
);

test('what Stripe.js needs is allowed only where Stripe is the provider', async () => {
  await using stage = await openStage();
  const policyOf = async (url: string) => (await fetch(url)).headers.get('content-security-policy') ?? '';
  expect(await policyOf(stage.server.url)).not.toContain('stripe');
  const env = { PAYMENT_PROVIDER: 'stripe', STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_CAPTURE: 'automatic' };
  await using node = await startNode({ env });
  expect((await policyOf(node.url)).split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self' https://js.stripe.com https://*.js.stripe.com",
    'frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self' https://api.stripe.com",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
  expect(await (await fetch(node.url)).text()).toContain('<html data-stripe-capture="automatic" lang="en">');
});

const referencesIn = (html: string) => [...html.matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);

test('its files are small, from this server, and cached by browsers for ever', async () => {
  await using stage = await openStage();
  const html = await (await fetch(stage.server.url)).text();
  const paths = referencesIn(html).map((reference) => new URL(reference, stage.server.url).pathname);
  expect(paths.map((path) => path.replace(/-[\w-]+\./, '.'))).toEqual(
    expect.arrayContaining(['/assets/index.js', '/assets/index.css', '/favicon.svg']),
  );
  let scriptBytes = 0;
  for (const path of paths.filter((each) => each.startsWith('/assets/'))) {
    const file = await fetch(stage.server.url + path, { headers: { 'accept-encoding': 'gzip' } });
    expect([file.status, file.headers.get('content-encoding')]).toEqual([200, 'gzip']);
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    await file.arrayBuffer();
    if (path.endsWith('.js')) scriptBytes += Number(file.headers.get('content-length'));
  }
  expect(scriptBytes).toBeGreaterThan(0);
  expect(scriptBytes).toBeLessThanOrEqual(maxScriptBytes);
});

test('nothing else is served', async () => {
  await using stage = await openStage();
  for (const path of ['/index.html', '/assets/', '/assets/none.js', '/assets/..%2f..%2fmain.js', '/events', '/none']) {
    const answer = await fetch(stage.server.url + path);
    await answer.text();
    expect([path, answer.status]).toEqual([path, 404]);
  }
});

const asPeople = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

test('browsers get the page with status 404 at an unknown address, and programs get a JSON error', async () => {
  await using stage = await openStage();
  for (const path of ['/none', '/events', '/a/b/c/d', '/index.html', '/?x=1/2/../..', `/${'a/'.repeat(10)}`]) {
    const page = await fetch(stage.server.url + path, asPeople);
    const html = await page.text();
    expect([path, page.status]).toEqual([path, path.startsWith('/?') ? 200 : 404]);
    for (const reference of referencesIn(html)) {
      expect(new URL(reference, page.url).pathname, path).toMatch(/^\/(assets\/[^/]+|favicon\.svg)$/);
    }
  }
  for (const [path, init] of [
    ['/none', {}],
    ['/graphq', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }],
    [`/${'a/'.repeat(1_000)}`, asPeople],
  ] as const) {
    const answer = await fetch(stage.server.url + path, init);
    const { errors } = (await answer.json()) as { errors: [{ message: string }] };
    expect(answer.status).toBe(404);
    expect(errors[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    expect(errors[0].message.length).toBeLessThan(300);
  }
});

test('everything works under a base path: the page, the API and websockets', async () => {
  await using stage = await openStage({ http: { basePath: '/tickets' } });
  const { origin } = new URL(stage.server.url);
  const start = await fetch(`${origin}/tickets?from=mail`, asPeople);
  expect(start.url).toBe(`${origin}/tickets/?from=mail`);
  for (const path of [
    '/tickets/',
    '/tickets/tickets',
    '/tickets/tickets/',
    '/tickets/events/event_1',
    '/tickets/none',
  ]) {
    const page = await fetch(origin + path, asPeople);
    expect([path, page.status]).toEqual([path, path.endsWith('none') ? 404 : 200]);
    for (const reference of referencesIn(await page.text())) {
      const part = await fetch(new URL(reference, page.url));
      expect([part.url.startsWith(`${origin}/tickets/`), part.status]).toEqual([true, 200]);
    }
  }
  for (const path of ['/graphql', '/graphql/', '/tickets/graphql', '/tickets/graphql/', '/tickets/readyz']) {
    const answer = await fetch(`${origin}${path}${path.includes('graphql') ? '?query={__typename}' : ''}`);
    expect([path, answer.status]).toEqual([path, 200]);
    if (!path.includes('graphql')) continue;
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.terminate();
  }
});
