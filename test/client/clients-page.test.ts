import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startNode } from '../support/node.ts';
import { addPackage, appWithClient } from './installed-client.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));
const needed = ['@apollo/client', 'rxjs', '@graphql-codegen/cli', '@graphql-codegen/client-preset'];

test('the two files for Apollo Client in docs/clients.md generate, compile and run as they stand there', async () => {
  await using app = await appWithClient();
  await using node = await startNode({ env: { DEMO_EVENT: 'true' } });
  for (const name of needed) await addPackage(app.path, name);
  const page = await readFile(join(repository, 'docs/clients.md'), 'utf8');
  const [config = '', events = ''] = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text);
  await mkdir(join(app.path, 'src'));
  await writeFile(join(app.path, 'codegen.ts'), config);
  await writeFile(join(app.path, 'src/events.ts'), events.replace('http://127.0.0.1:4000/graphql', node.graphqlUrl));
  const output = async (program: string, ...args: string[]) => {
    const path = join(repository, 'node_modules/.bin', program);
    const ended = await run(path, args, { cwd: app.path }).catch(({ stdout, stderr }) => ({ stdout: stdout + stderr }));
    return ended.stdout;
  };

  expect(await output('graphql-codegen', '--config', 'codegen.ts')).not.toMatch(/error|failed/i);
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const compiled = await output(
    'tsc',
    ...options,
    '--lib',
    'es2022,dom',
    '--types',
    '',
    '--skipLibCheck',
    'src/events.ts',
  );
  expect(compiled).toBe('');
  const [first, second] = (await output('tsx', 'src/events.ts')).split('\n');
  expect(first).toMatch(/^The Tempest \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \w+/);
  expect(second).toBe('GuestSession');
});
