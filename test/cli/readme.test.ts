import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { waitFor } from '../support/wait-for.ts';
import { severalProcesses, startServer } from './command-line.ts';
import { emptyFolder } from './folder.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Files that the README's commands use. Data are kept outside of the repository. */
const named = ['node_modules', 'dist', 'demo', 'generated', 'package.json'];

/** Each of the reader's terminals is a background process here. The one with the subscription writes to a file. */
const preamble = `
until_watched() {
  for _ in $(seq 600); do
    if grep -q "$1" watched.txt; then return; fi
    sleep 0.1
  done
  echo "not watched: $1" >&2
  return 1
}`;

const readme = await readFile(join(repository, 'README.md'), 'utf8');

/** Runs the files that the README tells to save. */
const running: Readonly<Record<string, string>> = {
  'watch.mjs': `node watch.mjs > watched.txt &
trap "kill $!" EXIT
until_watched SeatMapSnapshot`,
};

/** The `sh` blocks in one script, in order. A `js` block is written to the file that the text before it names. */
function readmeScript(): string {
  const blocks = [...readme.matchAll(/^```(sh|js)\n(.*?)^```$/gms)].map((block) => {
    const [, language, text = ''] = block;
    return language === 'sh' ? text : saved(text, readme.slice(0, block.index));
  });
  return [preamble, ...blocks, 'until_watched BOOKED'].join('\n');
}

function saved(module: string, textBefore: string): string {
  const name = [...textBefore.matchAll(/[Ss]ave (?:this|it) as `([\w-]+\.mjs)`/g)].at(-1)?.[1] ?? '';
  return `
cat > ${name} <<'END_OF_BLOCK'
${module}END_OF_BLOCK
${running[name]}`;
}

test("the README's commands work in their order", severalProcesses, async () => {
  await using folder = await emptyFolder();
  for (const name of named) await symlink(join(repository, name), join(folder.path, name));
  await using server = await startServer({ cwd: folder.path });
  const script = readmeScript().replaceAll('127.0.0.1:4000', new URL(server.graphqlUrl).host);

  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder.path, timeout: 120_000 });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(shell, 'close');

  expect([code, output]).toEqual([0, expect.stringContaining('"__typename":"Reservation"')]);
  expect(output).toMatch(/"reference":"\w{4}-\w{4}"/);
  expect(output).toContain('"salesStatus":"ON_SALE"');
  const watched = await readFile(join(folder.path, 'watched.txt'), 'utf8');
  expect(watched).toMatch(/^{"__typename":"SeatMapSnapshot".*"reserved":2,"booked":0/);
});

test(
  'the subscription of the README ends in one line when its server is gone, or was never there',
  severalProcesses,
  async () => {
    await using folder = await emptyFolder();
    await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'));
    const [, module = ''] = /^```js\n(.*?)^```$/ms.exec(readme) ?? [];
    await writeFile(join(folder.path, 'watch.mjs'), module);
    const server = await startServer({ cwd: folder.path, env: { DATA_DIR: 'memory://' } });
    const url = server.graphqlUrl.replace('http', 'ws');
    const watch = () => {
      const child = spawn(process.execPath, ['watch.mjs', url], { cwd: folder.path, timeout: 60_000 });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          said[name] += text;
        });
      }
      return { said, closed: once(child, 'close') };
    };
    const watching = watch();
    const shown = () => watching.said.stdout.includes('SeatMapSnapshot');
    await waitFor(shown, { withinMs: 60_000, what: 'the map' });
    await server.stop('SIGKILL');
    const late = watch();
    for (const { said, closed } of [watching, late]) {
      expect(await closed).toEqual([1, null]);
      expect(said.stderr).toMatch(/^ws:\/\/[^\s]+: [^\n]+\n$/);
    }
  },
);

/** The block that contains these words. */
const shown = (words: string) =>
  [...readme.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text = '']) => text).find((text) => text.includes(words)) ??
  '';

test('a first start says what the README shows', severalProcesses, async () => {
  await using folder = await emptyFolder();
  const server = await startServer({ cwd: folder.path, env: { LOG_FORMAT: 'pretty' } });
  const { stdout } = await server.stop('SIGTERM');
  const words = (text: string) =>
    text
      .trim()
      .replace(/^\[[\d:.]+\] /gm, '')
      .split('\n');
  const said = words(stdout.replaceAll(new URL(server.graphqlUrl).host, '127.0.0.1:4000'));
  const promised = words(shown('Holdfast is ready'));
  expect(promised.length).toBeGreaterThan(3);
  expect(said.slice(0, promised.length)).toEqual(promised);
});

test('the documents of the README and docs fit the schema', async () => {
  const names = (await readdir(join(repository, 'docs'))).filter((name) => name.endsWith('.md'));
  const pages = await Promise.all(names.map((name) => readFile(join(repository, 'docs', name), 'utf8')));
  const blocks = [readme, ...pages].flatMap((page) => [...page.matchAll(/^```graphql\n(.*?)^```$/gms)]);
  expect(blocks).not.toEqual([]);
  for (const [, document = ''] of blocks) expect(validate(createSchema([]), parse(document))).toEqual([]);
});

test('the links of the README lead to files, and to headings in them', async () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = '']) => link);
  for (const link of links) {
    const [path = '', heading] = link.split('#');
    await expect(access(join(repository, path)), link).resolves.toBeUndefined();
    if (heading !== undefined)
      expect(headingsOf(await readFile(join(repository, path), 'utf8')), link).toContain(heading);
  }
});

test('what operations.md says to look for when something is wrong is counted, or logged, by these names', async () => {
  const page = await readFile(join(repository, 'docs/operations.md'), 'utf8');
  const [table = ''] = /^## When something is wrong\n.*?(?=^## )/ms.exec(page) ?? [];
  const alarms = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
  const sources = await readdir(join(repository, 'src'), { recursive: true });
  const typescript = sources.filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(typescript.map((name) => readFile(join(repository, 'src', name), 'utf8')));
  const source = texts.join('\n');
  expect(alarms.length).toBeGreaterThan(20);
  for (const [, alarm = ''] of alarms) {
    // Numbers, values of labels, and names vary.
    const words = alarm.replace(/^level \w+(: )?/, '').split(/[{}"=,…]|\d+| \/|holdfast_/);
    for (const word of words.map((each) => each.trim()).filter((each) => each.length > 3)) {
      expect([alarm, source.includes(word)]).toEqual([alarm, true]);
    }
  }
});

/** As in links. */
function headingsOf(page: string): string[] {
  const titles = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
