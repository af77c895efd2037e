import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { testDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';

const database = await testDatabase();
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
let node: App;
let production: App;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url } });
  production = await startNode({
    env: { DATABASE_URL: database.url, NODE_ENV: 'production', PAYMENT_PROVIDER: 'test' },
  });
});
afterAll(() => Promise.all([node, production].map((app) => app?.[Symbol.asyncDispose]())));

/** URLs that a browser loads for a page, script or style sheet. */
const referring = [
  /<(?:script|img|iframe|source)\b[^>]*?\ssrc=["']?([^"'\s>]+)/g,
  /<link\b[^>]*?\shref=["']?([^"'\s>]+)/g,
  /<base\b[^>]*?\shref=["']?([^"'\s>]+)/g,
  /\burl\(\s*["']?([^"')]+)["']?\s*\)/g,
  /@import\s+["']([^"']+)["']/g,
];

const referencesIn = (text: string) =>
  referring.flatMap((pattern) => [...text.matchAll(pattern)].map(([, url = '']) => url));

test('a browser at the API’s address gets the explorer, and loads all of it from this server', async () => {
  const page = await fetch(node.graphqlUrl, { headers: browser });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  const html = await page.text();
  const base = new URL(/<base\b[^>]*?\shref=["']?([^"'\s>]+)/.exec(html)?.[1] ?? '', page.url);
  const urls = referencesIn(html).filter((url) => !url.startsWith('data:') && !url.startsWith('#'));
  expect(urls.length).toBeGreaterThan(2);
  const seen = new Set<string>();
  for (const url of urls.map((each) => new URL(each, base))) {
    expect(url.origin, url.href).toBe(new URL(node.url).origin);
    if (url.pathname.endsWith('/') || seen.has(url.href)) continue;
    seen.add(url.href);
    const part = await fetch(url);
    expect([url.href, part.status]).toEqual([url.href, 200]);
    if (!/\.css/.test(url.pathname)) continue;
    for (const inner of referencesIn(await part.text()).filter((each) => !each.startsWith('data:'))) {
      expect(new URL(inner, url).origin, inner).toBe(new URL(node.url).origin);
    }
  }
  expect([...seen].filter((url) => /\.js/.test(url))).not.toEqual([]);
});

test('other clients at the same address are answered by the API', async () => {
  const query = `${node.graphqlUrl}?query=${encodeURIComponent('{ __typename }')}`;
  for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
    expect(await (await fetch(query, { headers: { accept } })).json()).toEqual({ data: { __typename: 'Query' } });
  }
});

test('there is none in production, where the API answers all the same', async () => {
  for (const path of ['/explorer', '/explorer/main.js']) {
    expect((await fetch(production.url + path, { headers: browser })).status, path).toBe(404);
  }
  const page = await fetch(production.graphqlUrl, { headers: browser });
  expect(page.headers.get('content-type')).not.toContain('html');
  const query = `${production.graphqlUrl}?query=${encodeURIComponent('{ __typename }')}`;
  expect(await (await fetch(query)).json()).toEqual({ data: { __typename: 'Query' } });
});
