import { expect, test } from 'vitest';
import { openStage } from './stage.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

test('browsers are led to the explorer, which needs nobody else', async () => {
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

test('there is none in production', async () => {
  await using stage = await openStage({ production: true });
  for (const path of ['/explorer', '/explorer/main.js']) {
    expect((await fetch(stage.server.url + path, { headers: browser })).status).toBe(404);
  }
  expect((await fetch(stage.server.graphqlUrl, { headers: browser })).status).toBe(400);
});
