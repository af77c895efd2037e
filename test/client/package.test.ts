import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../cli/folder.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const built = join(repository, 'dist/client');
const modules = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
const texts = modules.map((name) => readFileSync(join(built, name), 'utf8'));

describe('the built client', () => {
  test('imports nothing but graphql-ws and itself', () => {
    const imported = texts.flatMap((text) =>
      [...text.matchAll(/\b(?:from|import)\s*\(?'([^']+)'/g)].map(([, name]) => name),
    );
    expect(new Set(imported.filter((name) => !name?.startsWith('./')))).toEqual(new Set(['graphql-ws/client']));
  });

  test('is small', () => {
    const bytes = gzipSync(texts.join('')).length;
    expect(bytes).toBeLessThan(25_000);
  });

  test('compiles in an app that has no types of Node, whichever way its modules are resolved', async () => {
    await using folder = await emptyFolder();
    await mkdir(join(folder.path, 'node_modules'));
    await symlink(repository, join(folder.path, 'node_modules/holdfast'));
    await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder.path, 'app.ts'), app);
    const tsc = join(repository, 'node_modules/.bin/tsc');
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', ''];
    const modes = [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ];
    for (const mode of modes) {
      const args = [...options, '--lib', 'es2022,dom,dom.iterable', ...mode, 'app.ts'];
      const said = await promisify(execFile)(tsc, args, { cwd: folder.path }).catch(({ stdout }) => ({ stdout }));
      expect([mode, said.stdout]).toEqual([mode, '']);
    }
  });
});

const app = `
import { changedSeats, createHoldfastClient, EventsDocument, type Live, match, type SeatMapState } from 'holdfast/client';
const client = createHoldfastClient({ url: '/graphql', guests: localStorage });
const { events } = await client.query(EventsDocument, {});
export const names: readonly string[] = events.edges.map(({ node }) => node.name);
const outcome = await client.reserveSeats({ eventId: '', seatIds: [] });
export const said: string = match(outcome, { Reservation: ({ id }) => id }, ({ message }) => message);
export const live: Live<SeatMapState> = client.seatMap('').getSnapshot();
export const changed: number[] = changedSeats([], live.data?.statuses ?? []);
// @ts-expect-error there is no such variable
await client.query(EventsDocument, { last: 20 });
`;
