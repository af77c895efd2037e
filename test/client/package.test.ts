import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder } from '../cli/folder.ts';
import { startNode } from '../support/node.ts';
import { addPackage, appWithClient, pack, unbuiltCopy } from './installed-client.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(repository, 'README.md'), 'utf8');
const readJson = (path: string) => JSON.parse(readFileSync(join(repository, path), 'utf8'));

let app: Awaited<ReturnType<typeof appWithClient>>;
beforeAll(async () => {
  app = await appWithClient();
});
afterAll(() => app?.[Symbol.asyncDispose]());

const installed = () => join(app.path, 'node_modules/@holdfast/client');
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());

function textsOfModules(): string[] {
  const modules = filesIn(installed()).filter((name) => name.endsWith('.js'));
  return modules.map((name) => readFileSync(join(installed(), name), 'utf8'));
}

/** Output of a program in the app's folder. Rejects with its error output if it fails. */
async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args, { cwd: app.path }).catch(({ stdout, stderr }) => ({
    stdout: `${stdout}${stderr}`,
  }));
  return stdout;
}

describe('the client, packed in an unbuilt clone and installed', () => {
  test('has no server in it, and is small', () => {
    const files = filesIn(installed());
    expect(files.filter((name) => !name.startsWith('dist/')).toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    const bytes = files.reduce((sum, name) => sum + statSync(join(installed(), name)).size, 0);
    expect(bytes).toBeLessThan(1_000_000);
    expect(gzipSync(textsOfModules().join('')).length).toBeLessThan(28_000);
  });

  test('imports nothing but graphql-ws and itself', () => {
    const imported = textsOfModules().flatMap((text) =>
      [...text.matchAll(/\b(?:from|import)\s*\(?'([^']+)'/g)].map(([, name]) => name),
    );
    expect(new Set(imported.filter((name) => !name?.startsWith('.')))).toEqual(new Set(['graphql-ws/client']));
  });

  test('compiles in an app that has no types of Node, whichever way its modules are resolved', async () => {
    await writeFile(join(app.path, 'app.ts'), typed);
    const tsc = join(repository, 'node_modules/.bin/tsc');
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', ''];
    const modes = [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ];
    for (const mode of modes) {
      const args = [...options, '--lib', 'es2022,dom,dom.iterable', ...mode, 'app.ts'];
      expect([mode, await output(tsc, args)]).toEqual([mode, '']);
    }
  });

  test('is packed as the README shows it', () => {
    const [, shown = ''] = /^```text\n(npm notice .*?)^```$/ms.exec(readme) ?? [];
    // Sizes vary.
    const lines = (text: string) => text.replace(/\d+(\.\d+)? ?k?B\b/g, 'size').split('\n');
    const promised = lines(shown).filter((line) => line !== '…');
    expect(promised.length).toBeGreaterThan(5);
    expect(lines(app.printed)).toEqual(expect.arrayContaining(promised));
  });

  test('is built into the first front end of the README', async () => {
    const [, page = ''] = /^```html\n(.*?)^```$/ms.exec(readme) ?? [];
    await writeFile(join(app.path, 'index.html'), page);
    const built = await output(process.execPath, ['node_modules/vite/bin/vite.js', 'build']);
    expect(built).toMatch(/✓ built in/);
    const [script = ''] = filesIn(join(app.path, 'dist')).filter((name) => name.endsWith('.js'));
    expect(statSync(join(app.path, 'dist', script)).size).toBeGreaterThan(20_000);
  });

  test('reserves and books on a node, and gets the messages', async () => {
    await using node = await startNode({ env: { DEMO_EVENT: 'true' } });
    await addPackage(app.path, 'ws');
    await writeFile(join(app.path, 'buy.js'), buying);
    expect(await output(process.execPath, ['buy.js', node.graphqlUrl])).toMatch(
      /^Booked: \w{4}-\w{4}, seat 0 BOOKED\n$/,
    );
  });

  test('has the schema and the trusted operations beside it', async () => {
    await writeFile(join(app.path, 'files.js'), files);
    const names = ['schema.graphql', 'trusted-operations.json'];
    const texts = names.map((name) => readFileSync(join(repository, 'generated', name), 'utf8').length);
    expect(await output(process.execPath, ['files.js', ...names])).toBe(`${texts.join('\n')}\n`);
  });
});

test('the server, packed in an unbuilt clone, has its files, and no client to import', async () => {
  await using copy = await unbuiltCopy();
  await using folder = await emptyFolder();
  const { file } = await pack(copy.path, '.', folder.path);
  const { stdout } = await run('tar', ['tzf', file]);
  const names = stdout.split('\n');
  expect(names).toEqual(expect.arrayContaining(['package/dist/main.js', 'package/dist/web/index.html']));
  expect(names.filter((name) => name.startsWith('package/packages/'))).toEqual([]);
  await run('tar', ['xzf', file, '-C', folder.path]);
  await symlink(join(repository, 'node_modules'), join(folder.path, 'package/node_modules'));
  const version = await run(process.execPath, ['dist/main.js', '--version'], { cwd: join(folder.path, 'package') });
  expect(version.stdout).toBe(`${readJson('package.json').version}\n`);
  expect(Object.keys(readJson('package.json').exports)).toEqual(['./package.json']);
});

test('server and client have the same version, and the same versions of common dependencies', () => {
  const [server, client] = [readJson('package.json'), readJson('packages/client/package.json')];
  expect(client.version).toBe(server.version);
  // The server package needs some of them only to build the page.
  const needed = { ...server.dependencies, ...server.devDependencies };
  for (const [name, range] of Object.entries(client.dependencies)) expect([name, needed[name]]).toEqual([name, range]);
});

const typed = `
import { changedSeats, createHoldfastClient, EventsDocument, type Live, match, type SeatMapState } from '@holdfast/client';
const client = createHoldfastClient({ url: '/graphql', guests: localStorage });
const { events } = await client.query(EventsDocument, {});
export const names: readonly string[] = events.edges.map(({ node }) => node.name);
const outcome = await client.reserveSeats({ eventId: '', seatIds: [] });
export const said: string = match(outcome, { Reservation: ({ id }) => id }, ({ message }) => message);
export const live: Live<SeatMapState> = client.seatMap('').getSnapshot();
export const changed: number[] = changedSeats([], live.data?.statuses ?? []);
// @ts-expect-error there is no such variable
await client.query(EventsDocument, { nothing: 20 });
`;

const buying = `
import { createHoldfastClient, EventSeatMapDocument, EventsDocument, statusAt } from '@holdfast/client';
import { WebSocket } from 'ws';
const client = createHoldfastClient({ url: process.argv[2], guests: true, webSocketImpl: WebSocket });
const { events } = await client.query(EventsDocument, { first: 1 });
const eventId = events.edges[0].node.id;
const { event } = await client.query(EventSeatMapDocument, { eventId });
const { sections } = await client.layout(event.seatMap.layoutUrl);
const [seat] = sections[0].rows[0].seats;
const { id } = await client.reserveSeats({ eventId, seatIds: [seat.id] });
const { reference } = await client.confirmReservation({ reservationId: id, paymentToken: 'tok_ok' });
const map = client.seatMap(eventId);
const stop = map.subscribe(() => {
  const { data } = map.getSnapshot();
  if (data === null || statusAt(data.statuses, seat.index) !== 'BOOKED') return;
  console.log('Booked: ' + reference + ', seat ' + seat.index + ' BOOKED');
  stop();
  client.dispose();
});
`;

const files = `
import { readFileSync } from 'node:fs';
for (const name of process.argv.slice(2))
  console.log(readFileSync(new URL(import.meta.resolve('@holdfast/client/' + name)), 'utf8').length);
`;
