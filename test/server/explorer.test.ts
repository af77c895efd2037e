import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { PrefixProxy } from '../support/prefix-proxy.ts';
import { openStage } from './stage.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

test('browsers are redirected to the explorer, which works offline', async () => {
  await using stage = await openStage({ production: false });
  for (const path of ['/graphql', '/explorer/']) {
    const page = await fetch(stage.server.url + path, { headers: browser });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(new URL(page.url).pathname).toMatch(/^\/explorer\/?$/);
    const html = await page.text();
    expect(html).toContain('Altair');
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  }
  const script = await fetch(`${stage.server.url}/explorer/main.js`);
  expect([script.status, (await script.text()).length]).toEqual([200, expect.any(Number)]);
  const query = await fetch(`${stage.server.graphqlUrl}?query={hello}`, { headers: browser });
  expect(await query.json()).toEqual({ data: { hello: 'world' } });
});

/** Altair's options in the page at this address. */
function startOf(html: string, url: string) {
  const baseURI = new URL(/<base href="([^"]+)">/.exec(html)?.[1] ?? '', url).href;
  const script = /<script type="module">(.*)<\/script>/s.exec(html)?.[1] ?? '';
  const told: Record<string, unknown> = {};
  const AltairGraphQL = { init: (options: object) => Object.assign(told, options) };
  runInNewContext(script, { URL, document: { baseURI }, AltairGraphQL });
  return { baseURI, told };
}

test.each([
  ['without a proxy', '', ''],
  ['behind a proxy that takes its path away', '/tickets', ''],
  ['behind a proxy that passes its path on', '/box-office/shop', '/box-office/shop'],
])('%s the explorer is led to, loads all of it, and asks the API of the same path', async (_, prefix, basePath) => {
  await using stage = await openStage({ production: false, http: { basePath } });
  await using proxy = await PrefixProxy.open(stage.server.url, { prefix, passesOn: basePath !== '' });
  const root = proxy.url.replace(/\/$/, '');
  for (const path of ['/graphql', '/graphql/', '/explorer', '/explorer/']) {
    const page = await fetch(root + path, { headers: browser });
    expect([page.status, page.url.replace(/\/$/, '')], path).toEqual([200, `${root}/explorer`]);
    const { baseURI, told } = startOf(await page.text(), page.url);
    expect(baseURI, path).toBe(`${root}/explorer/`);
    const endpoint = `${prefix}/graphql`;
    expect(told, path).toMatchObject({ endpointURL: endpoint, subscriptionsEndpoint: endpoint });
    const script = await fetch(new URL('main.js', baseURI));
    expect([script.status, (await script.text()).length > 100_000], path).toEqual([200, true]);
  }
});

test('there is none in production', async () => {
  await using stage = await openStage({ production: true });
  for (const path of ['/explorer', '/explorer/main.js']) {
    expect((await fetch(stage.server.url + path, { headers: browser })).status).toBe(404);
  }
  expect((await fetch(stage.server.graphqlUrl, { headers: browser })).status).toBe(400);
});
