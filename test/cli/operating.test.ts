import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { createDatabase, databaseName, onServer } from '../support/create-database.ts';
import { dataOf } from '../support/graphql.ts';
import { holdfast, type Place, severalProcesses, startServer } from './command-line.ts';
import { emptyFolder } from './folder.ts';

const hall = fileURLToPath(new URL('../events/plans/parish-hall.json', import.meta.url));
const prices = ['--price', 'Regular=1500', '--price', 'Reduced=900'];

function importHall(place: Place, { file = hall, extra = prices }: { file?: string; extra?: readonly string[] } = {}) {
  const event = [
    '--name',
    'Bazaar',
    '--venue',
    'Hall',
    '--starts-at',
    '2040-01-02T15:00',
    '--time-zone',
    'Europe/Berlin',
  ];
  return holdfast(['import', file, ...event, '--currency', 'EUR', ...extra], place);
}

test(
  'works beside a server on the embedded database, and on its folder when the server has stopped',
  severalProcesses,
  async () => {
    await using folder = await emptyFolder();
    const place = { cwd: folder.path };
    const first = await startServer(place);
    const { stdout: token } = await holdfast(['token', '--sub', 'ann', '--role', 'organizer'], place);
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const who = '{ viewer { id roles } }';
    const ann = { viewer: { id: 'ann', roles: ['CUSTOMER', 'ORGANIZER'] } };
    expect(await dataOf(first.graphqlUrl, who, {}, token.trim())).toEqual(ann);

    for (const [ended, advice] of [
      [await importHall(place), 'createEvent'],
      [await holdfast(['migrate'], place), 'when it started'],
      [await holdfast(['serve'], { ...place, env: { PORT: '0' } }), 'in use by another Holdfast'],
    ] as const) {
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toMatch(/^holdfast: .+ is in use by another Holdfast \(process \d+\).*\n$/);
      expect(ended.stderr).toContain(advice);
    }

    const stopped = await first.stop('SIGINT');
    expect([stopped.code, stopped.stderr]).toEqual([0, '']);
    expect(await holdfast(['migrate'], place)).toMatchObject({
      code: 0,
      stdout: 'nothing to do: the tables are up to date\n',
    });
    const imported = await importHall(place, { extra: [...prices, '--on-sale', '--reservation-seconds', '45'] });
    expect(imported).toMatchObject({ code: 0, stderr: '5 of 5 seats\n' });
    expect(imported.stdout).toMatch(/^event_\w{22}\n$/);

    await using second = await startServer(place);
    const query =
      'query ($id: ID!) { event(id: $id) { name salesStatus startsAt timeZone reservationSeconds } viewer { id roles } }';
    expect(await dataOf(second.graphqlUrl, query, { id: imported.stdout.trim() }, token.trim())).toEqual({
      event: {
        ...{ name: 'Bazaar', salesStatus: 'ON_SALE', reservationSeconds: 45 },
        ...{ startsAt: '2040-01-02T14:00:00.000Z', timeZone: 'Europe/Berlin' },
      },
      ...ann,
    });
  },
);

test(
  'refuses what cannot be imported, with the spot in the plan or the option, and writes nothing',
  severalProcesses,
  async () => {
    await using folder = await emptyFolder();
    await using database = await emptyDatabase();
    const place = { cwd: folder.path, env: database.env };
    const plan = JSON.parse(await readFile(hall, 'utf8'));
    const written = async (name: string, text: string) => {
      await writeFile(join(folder.path, name), text);
      return name;
    };
    plan.zones[0].rows[0].seats[0].category = 'Nowhere';
    const refusals: [Parameters<typeof importHall>[1], number, string][] = [
      [{ file: 'none.json' }, 1, 'none.json cannot be read: ENOENT'],
      [{ file: await written('text.json', 'zones:') }, 1, 'text.json is not JSON: '],
      [{ file: await written('list.json', '[]') }, 1, 'list.json is not a seating plan: '],
      [{ file: await written('other.json', '{"a": 1}') }, 1, 'other.json: categories: '],
      [
        { file: await written('wrong.json', JSON.stringify(plan)) },
        1,
        'wrong.json: zones[0].rows[0].seats[0].category: ',
      ],
      [{ extra: [...prices, '--price', 'Gold=1'] }, 2, "--price Gold=1: The plan has no category 'Gold'"],
      [{ extra: [...prices, '--currency', 'EURO'] }, 2, "--currency: 'EURO' is no ISO 4217 currency code"],
      [{ extra: [...prices, '--reservation-seconds', '0'] }, 2, '--reservation-seconds: '],
      [{ extra: [...prices, '--starts-at', '2026-03-29T02:30'] }, 2, '--starts-at: 2026-03-29T02:30 does not exist'],
    ];
    for (const [options, code, message] of refusals) {
      const ended = await importHall(place, options);
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toMatch(/^holdfast: (.+\n)+$/);
      expect(ended.stderr).toContain(message);
    }
    const tables = await onServer(database.url, (sql) => sql`select from pg_tables where schemaname = 'public'`);
    expect(tables).toHaveLength(0);
  },
);

test('migrates an empty Postgres once, also when called twice concurrently', severalProcesses, async () => {
  await using folder = await emptyFolder();
  await using database = await emptyDatabase();
  const place = { cwd: folder.path, env: database.env };
  const both = await Promise.all([holdfast(['migrate'], place), holdfast(['migrate'], place)]);
  expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(both.map(({ stdout }) => stdout).join()).toContain('applied 0000_');
  expect(await holdfast(['migrate'], place)).toMatchObject({
    code: 0,
    stdout: 'nothing to do: the tables are up to date\n',
  });
});

test('names a missing database in one line', severalProcesses, async () => {
  await using folder = await emptyFolder();
  const url = new URL(inject('postgresUrl'));
  url.pathname = 'nowhere';
  const ended = await holdfast(['migrate'], { cwd: folder.path, env: { DATABASE_URL: url.href, JWT_SECRET: secret } });
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: `holdfast: the database cannot be used: database "nowhere" does not exist (nowhere at ${url.host})\n`,
  });
});

test('reports a taken port in one line', severalProcesses, async () => {
  await using one = await emptyFolder();
  await using other = await emptyFolder();
  await using server = await startServer({ cwd: one.path });
  const { port } = new URL(server.graphqlUrl);
  const ended = await holdfast(['serve'], { cwd: other.path, env: { PORT: port, LOG_LEVEL: 'silent' } });
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(/^holdfast: listen EADDRINUSE.*set PORT.*\n$/);
});

const secret = 'a secret that is thirty-two bytes';

/** An empty database on the run's Postgres. */
async function emptyDatabase() {
  const server = inject('postgresUrl');
  const url = await createDatabase(server);
  return {
    url,
    env: { DATABASE_URL: url, JWT_SECRET: secret },
    [Symbol.asyncDispose]: () => onServer(server, (sql) => sql`drop database ${sql(databaseName(url))}`.then(() => {})),
  };
}
