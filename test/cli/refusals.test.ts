import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { createDatabase, databaseName, onServer } from '../support/create-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { holdfast, program, severalProcesses } from './command-line.ts';
import { emptyFolder } from './folder.ts';

/** An operator's mistakes are reported in one line without a stack trace, and leave nothing behind. */
const secret = 'a secret that is thirty-two bytes';
const event = ['--name', 'Bazaar', '--venue', 'Hall', '--starts-at', '2027-01-02T15:00:00+01:00'];
const importing = ['import', 'plan.json', ...event, '--currency', 'EUR', '--price', 'Regular=1500'];

interface Mistake {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Files in the working directory: a text, bytes, or null for a folder. */
  readonly files?: Readonly<Record<string, string | Buffer | null>>;
  readonly line: RegExp;
}

async function expectLine({ command, env, files = {}, line }: Mistake): Promise<void> {
  await using folder = await emptyFolder();
  for (const [name, content] of Object.entries(files)) {
    if (content === null) await mkdir(join(folder.path, name), { recursive: true });
    else await writeFile(join(folder.path, name), content);
  }
  const before = await readdir(folder.path, { recursive: true });
  const ended = await holdfast(command, { cwd: folder.path, env: { PORT: '0', ...env } });
  expect(ended.stderr).toMatch(/^holdfast: [^\n]+\n$/);
  expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(line) });
  expect(await readdir(folder.path, { recursive: true })).toEqual(before);
}

test('an invalid DATA_DIR', severalProcesses, async () => {
  const file = { 'a-file': '' };
  const isFile = /a-file.* it is not a folder: set DATA_DIR to one\n/;
  for (const command of [['serve'], ['migrate'], ['verify'], ['token', '--sub', 'ann']])
    await expectLine({
      command,
      files: file,
      env: { DATA_DIR: 'a-file/data' },
      line: /the folder a-file\/data cannot/,
    });
  await expectLine({ command: ['migrate'], files: file, env: { DATA_DIR: 'a-file' }, line: isFile });
  const postgres = { postgres: 'x' };
  const isNone = /postgres is not the folder of a database/;
  await expectLine({ command: ['migrate'], files: postgres, env: { DATA_DIR: '.' }, line: isNone });
  const lock = { lock: null };
  await expectLine({ command: ['migrate'], files: lock, env: { DATA_DIR: '.' }, line: /a folder stands where a file/ });
});

test.runIf(process.platform === 'linux')('a DATA_DIR where the system makes no folders', severalProcesses, () =>
  expectLine({ command: ['migrate'], env: { DATA_DIR: '/proc/holdfast' }, line: /folder \/proc\/holdfast cannot/ }),
);

test('an invalid secret', severalProcesses, async () => {
  const unusable: readonly (readonly [string | Buffer | null, RegExp])[] = [
    ['', /holds no usable secret: delete it/],
    [Buffer.alloc(64, 0xff), /holds no usable secret: delete it/],
    [null, /a folder stands where a file must be/],
  ];
  for (const [content, line] of unusable) {
    const files = { 'jwt-secret': content };
    await expectLine({ command: ['token', '--sub', 'ann'], files, env: { DATA_DIR: '.' }, line });
    await expectLine({ command: ['serve'], files, env: { DATA_DIR: '.' }, line });
  }
});

test(
  'addresses that nobody can listen on, those of the metrics too, before a database is made',
  severalProcesses,
  async () => {
    await using taken = await listening(createTcpServer());
    const mistakes: readonly (readonly [NodeJS.ProcessEnv, RegExp])[] = [
      [{ HOST: '203.0.113.5' }, /; HOST is no address of this machine/],
      [{ HOST: 'nowhere.invalid' }, /nowhere\.invalid; HOST is (no name|a name)/],
      [{ METRICS_PORT: taken.port }, /EADDRINUSE.*; set METRICS_PORT or METRICS_HOST to others/],
      [{ METRICS_PORT: '0', METRICS_HOST: '203.0.113.5' }, /; METRICS_HOST is no address of this machine/],
    ];
    for (const [env, line] of mistakes) await expectLine({ command: ['serve'], env, line });
  },
);

test('invalid plan files', severalProcesses, async () => {
  const contents: readonly (readonly [string | Buffer | null, RegExp])[] = [
    [null, /plan\.json cannot be read: EISDIR/],
    ['hi\nthere', /plan\.json is not JSON: .*hi there/],
    [Buffer.from('{"name": "S\xfcd"}', 'latin1'), /plan\.json cannot be read: it is not UTF-8/],
  ];
  for (const [content, line] of contents)
    await expectLine({ command: importing, files: { 'plan.json': content }, env: { DATA_DIR: 'data' }, line });
});

test('servers that are no Postgres, and a database without tables', severalProcesses, async () => {
  await using web = await listening(createServer((_, response) => void response.end()));
  const env = { DATABASE_URL: `postgres://ann@127.0.0.1:${web.port}/tickets`, JWT_SECRET: secret };
  for (const command of [['serve'], ['migrate'], ['verify']])
    await expectLine({ command, env, line: /cannot be reached: .*something else than Postgres may listen there/ });

  const server = inject('postgresUrl');
  const empty = await createDatabase(server);
  await expectLine({
    command: ['verify'],
    env: { DATABASE_URL: empty, JWT_SECRET: secret },
    line: /relation .+ does not exist; `holdfast migrate` makes what is missing/,
  });
  await onServer(server, (sql) => sql`drop database ${sql(databaseName(empty))}`);
});

test.runIf(process.platform === 'linux')('an output that cannot be written', severalProcesses, async () => {
  await using folder = await emptyFolder();
  const token = spawnSync('sh', ['-c', '"$0" "$1" token --sub ann > /dev/full', process.execPath, program], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, JWT_SECRET: secret, DATABASE_URL: 'postgres://127.0.0.1' },
    encoding: 'utf8',
  });
  expect(token).toMatchObject({ status: 1, stderr: expect.stringMatching(/^holdfast: the output .+ENOSPC[^\n]+\n$/) });
});

test.runIf(process.platform === 'linux').each(['json', 'pretty'])(
  'a log (%s) that cannot be written is said once, and the node goes on until it is stopped',
  severalProcesses,
  async (format) => {
    await using folder = await emptyFolder();
    const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: 'memory://', LOG_FORMAT: format };
    const child = spawn('sh', ['-c', 'exec "$0" "$1" serve > /dev/full', process.execPath, program], {
      cwd: folder.path,
      env,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const closed = once(child, 'close');
    await waitFor(() => stderr.endsWith('\n'), { withinMs: 60_000, what: 'the line' });
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(stderr).toMatch(/^holdfast: the log cannot be written: ENOSPC[^\n]+\n$/);
  },
);

test('a plan or an option that is refused makes no database', async () => {
  await using folder = await emptyFolder();
  await writeFile(join(folder.path, 'plan.json'), '{ "name": "Hall", "zones": [] }');
  const event = ['--name', 'Bazaar', '--venue', 'Hall', '--starts-at', '2040-01-02T15:00:00Z'];
  for (const currency of ['EUR', 'none']) {
    const refused = await holdfast(['import', 'plan.json', ...event, '--currency', currency], { cwd: folder.path });
    expect([refused.code, refused.stdout]).toEqual([currency === 'EUR' ? 1 : 2, '']);
    expect(refused.stderr).toMatch(/^holdfast: [^\n]+\n/);
  }
  expect(await readdir(folder.path)).toEqual(['plan.json']);
});

async function listening(server: ReturnType<typeof createTcpServer>) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: String((server.address() as AddressInfo).port),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
