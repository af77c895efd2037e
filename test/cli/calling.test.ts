import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { progressOn } from '../../src/cli/progress.ts';
import { holdfast } from './command-line.ts';
import { emptyFolder } from './folder.ts';

/** Runs the program in an empty folder. */
async function call(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  await using folder = await emptyFolder();
  return await holdfast(args, { cwd: folder.path, env });
}

const databaseUrl = 'postgres://127.0.0.1:9/holdfast';
const secret = 'a secret that is thirty-two bytes';
const event = ['--name', 'N', '--venue', 'V', '--starts-at', '2026-12-24T19:30:00Z', '--currency', 'EUR'];

const importAt = (startsAt: string, ...zone: readonly string[]) => [
  ...['import', 'plan.json', ...event, '--price', 'A=1', '--starts-at', startsAt],
  ...zone.flatMap((name) => ['--time-zone', name]),
];

test.each(['--version', '-V'])('%s is that of the package', async (option) => {
  const { code, stdout, stderr } = await call([option]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('help', () => {
  test.each(['serve', 'migrate', 'token', 'import', 'verify', 'payments'])(
    'of %s shows how it is called',
    async (command) => {
      const { code, stdout, stderr } = await call([command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(new RegExp(`^Usage: holdfast ${command}`));
      expect(stdout).toContain(`$ holdfast ${command}`);
    },
  );

  test('lists the commands and exit codes', async () => {
    const { code, stdout } = await call(['--help']);
    expect(code).toBe(0);
    for (const line of ['serve', 'migrate', 'token', 'import', 'verify', 'payments', 'Exit codes: 0'])
      expect(stdout).toContain(line);
  });
});

test.each([
  [[], 'Usage: holdfast'],
  [['srve'], "holdfast: unknown command 'srve'\n(Did you mean serve?)"],
  [['serve', '--prot', '1'], "holdfast: unknown option '--prot'"],
  [['serve', 'now'], "too many arguments for 'serve'"],
  [['token'], "holdfast: required option '--sub <id>' not specified"],
  [['token', '--sub', ''], "option '--sub <id>' argument '' is invalid"],
  [['token', '--sub', 'a', '--role', 'boss'], 'Allowed choices are customer, organizer'],
  [['token', '--sub', 'a', '--ttl', '12'], "option '--ttl <duration>' argument '12' is invalid"],
  [['token', '--sub', 'a', '--ttl', '0m'], "option '--ttl <duration>' argument '0m' is invalid"],
  [['token', '--sub', 'a', '--ttl', '366d'], 'up to 365d'],
  [['import', ...event, '--price', 'A=1'], "missing required argument 'plan.json'"],
  [['import', 'plan.json', ...event, '--price', 'Stalls'], "option '--price <category=amount>' argument 'Stalls'"],
  [['import', 'plan.json', ...event, '--price', 'A=45.00'], "option '--price <category=amount>' argument 'A=45.00'"],
  [['import', 'plan.json', '--starts-at', '2026-02-30T19:30:00Z'], "option '--starts-at <moment>'"],
  [['import', 'plan.json', '--starts-at', '2026-12-24 19:30'], "option '--starts-at <moment>'"],
  [['import', 'plan.json', '--starts-at', '2026-02-30T19:30'], "option '--starts-at <moment>'"],
  [importAt('2026-12-24T19:30'), '--starts-at: 2026-12-24T19:30 needs a --time-zone'],
  [importAt('2026-03-29T02:30', 'Europe/Berlin'), '--starts-at: 2026-03-29T02:30 does not exist in Europe/Berlin'],
  [importAt('2026-12-24T19:30', 'Europe/Atlantis'), "--time-zone: 'Europe/Atlantis' is no IANA name"],
])('wrongly called, it says how: %j', async (args, message) => {
  const { code, stdout, stderr } = await call(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

test.each([
  [{ PORT: 'x' }, ['serve'], 'PORT is "x"'],
  [{ WORKERS: '2' }, ['serve'], 'WORKERS is 2 without DATABASE_URL and REDIS_URL; expected 1, or'],
  [{ WORKERS: '2', DATABASE_URL: databaseUrl, JWT_SECRET: secret }, ['serve'], 'WORKERS is 2 without REDIS_URL;'],
  [{ DATABASE_URL: databaseUrl }, ['token', '--sub', 'a'], 'JWT_SECRET is not set'],
  [{ JWKS_URL: 'http://127.0.0.1:9/jwks' }, ['token', '--sub', 'a'], 'without a JWT_SECRET'],
  [{ DATA_DIR: 'memory://' }, ['token', '--sub', 'a'], 'set JWT_SECRET'],
  [{ DATA_DIR: 'memory://' }, ['migrate'], 'keeps nothing'],
])('wrong settings count as wrongly called: %j %j', async (env, args, message) => {
  const { code, stdout, stderr } = await call(args, env);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

test.each(['serve', 'migrate'])('%s says in one line that there is no database', async (command) => {
  const { code, stderr } = await call([command], { DATABASE_URL: databaseUrl, JWT_SECRET: secret });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^holdfast: the database cannot be reached: .+\n$/);
});

test('progress is a bar on a terminal, and lines elsewhere', () => {
  const shown = (isTTY: boolean) => {
    const written: string[] = [];
    const report = progressOn({ isTTY, write: (text) => written.push(text) });
    report(5_000, 10_000);
    report(10_000, 10_000);
    return written.join('');
  };
  expect(shown(false)).toBe('5000 of 10000 seats\n10000 of 10000 seats\n');
  expect(shown(true)).toBe(
    `\r[${'#'.repeat(15)}${'-'.repeat(15)}] 5000 of 10000 seats\r[${'#'.repeat(30)}] 10000 of 10000 seats\n`,
  );
});

describe('on a folder with nothing in it', () => {
  test.each([
    [['verify'], /^holdfast: there is no database in \.\/data; .*\n$/],
    [['token', '--sub', 'ann'], /^holdfast: there is no secret in \.\/data yet: .*\n$/],
  ])('%j says so in a line, and creates nothing', async (args, message) => {
    await using folder = await emptyFolder();
    const { code, stdout, stderr } = await holdfast(args, { cwd: folder.path });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(await readdir(folder.path)).toEqual([]);
  });
});

test.each([['serve'], ['migrate'], ['verify'], ['token', '--sub', 'ann']])(
  'a DATA_DIR that is a file is told in a line: %s',
  async (...args) => {
    await using folder = await emptyFolder();
    await writeFile(join(folder.path, 'file'), '');
    const { code, stderr } = await holdfast(args, { cwd: folder.path, env: { DATA_DIR: './file', PORT: '0' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^holdfast: .*\.\/file.*\n$/);
  },
);

test.each(['REDIS_URL', 'DATABASE_URL'])('a wrong %s is told in a line, without its password', async (name) => {
  const env = { DATABASE_URL: databaseUrl, JWT_SECRET: secret, [name]: 'scheme://ann:pa55word@host?x' };
  const { code, stderr } = await call(['serve'], env);
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^holdfast: wrong settings\n  ${name} is .*; expected a URL such as .*\n$`));
  expect(stderr).not.toContain('pa55word');
});
