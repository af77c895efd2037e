import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer } from './command-line.ts';
import { emptyFolder } from './folder.ts';

/** Module hooks that simulate `npm install --omit=optional`. */
const missing = `export async function resolve(name, context, next) {
  if (name !== 'pino-pretty' && name !== 'altair-static') return next(name, context);
  throw Object.assign(new Error('Cannot find package ' + name), { code: 'ERR_MODULE_NOT_FOUND' });
}`;

test('without what only development needs a server starts, says so, and serves', async () => {
  await using folder = await emptyFolder();
  const hook = join(folder.path, 'without-optional-packages.mjs');
  const url = `data:text/javascript,${encodeURIComponent(missing)}`;
  await writeFile(hook, `import { register } from 'node:module';\nregister(${JSON.stringify(url)});`);
  const env = { DATA_DIR: 'memory://', LOG_FORMAT: 'pretty', NODE_OPTIONS: `--import=${hook}` };
  await using server = await startServer({ cwd: folder.path, env });

  const browser = await fetch(server.graphqlUrl, { headers: { accept: 'text/html' }, redirect: 'manual' });
  expect(browser.headers.get('location')).toBeNull();
  expect((await fetch(new URL('/explorer', server.graphqlUrl))).status).toBe(404);
  const query = `${server.graphqlUrl}?query=${encodeURIComponent('{ __typename }')}`;
  const asked = await fetch(query, { headers: { accept: 'application/json' } });
  expect(await asked.json()).toEqual({ data: { __typename: 'Query' } });

  const { stdout } = await server.stop('SIGTERM');
  const said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(said).toContain('LOG_FORMAT=pretty needs the package pino-pretty, which is not installed: the log is JSON');
  expect(said).toContain('API explorer: none, as the package altair-static is not installed');
});
