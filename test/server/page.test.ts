import { expect, test } from 'vitest';
import { openStage } from './stage.ts';

/** Compressed, in bytes: phones on a train load it too. */
const maxScriptBytes = 150_000;

test.each(['/', '/events/event_1', '/tickets', '/organizer/events/event_1'])('the page is at %s', async (path) => {
  await using stage = await openStage();
  const page = await fetch(stage.server.url + path);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const html = await page.text();
  expect(html).toContain('<div id="root">');
  expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/)|<style|\sstyle=|\son\w+=|https?:/);
});

test('what it loads comes from this server, small, and is kept by browsers for good', async () => {
  await using stage = await openStage();
  const html = await (await fetch(stage.server.url)).text();
  const paths = [...html.matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
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
