import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import type { Session } from '../store/database.ts';
import { openStore } from './store.ts';

const examples = `
Every node does the same when it starts; as a command it can go before a deployment, and more than one may run at once.

Examples:
  $ holdfast migrate
  $ DATABASE_URL=postgres://localhost/holdfast JWT_SECRET=... holdfast migrate`;

export function migrateCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('migrate')
    .description('bring the tables of the database up to date')
    .addHelpText('after', examples)
    .action(() => migrate(env));
}

async function migrate(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(env);
  await using database = await openStore(config.database, 'it brought the tables up to date when it started');
  const before = await appliedMoments(database);
  await database.migrate();
  const after = await appliedMoments(database);
  const applied = (await migrations()).filter(({ when }) => after.has(when) && !before.has(when));
  for (const { tag } of applied) process.stdout.write(`applied ${tag}\n`);
  process.stdout.write(
    applied.length === 0 ? 'nothing to do: the tables are up to date\n' : 'the tables are up to date\n',
  );
}

/** Drizzle's own record of what has been applied, by the moments that stand in its journal. */
async function appliedMoments({ rows }: Session): Promise<ReadonlySet<number>> {
  const [table] = await rows<{ found: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as found`,
  );
  if (table?.found !== true) return new Set();
  const applied = await rows<{ moment: string | number }>(
    sql`select created_at as moment from drizzle.__drizzle_migrations`,
  );
  return new Set(applied.map(({ moment }) => Number(moment)));
}

/** As far from `src/cli` as from `dist/cli`. */
const journal = new URL('../../drizzle/meta/_journal.json', import.meta.url);
const journalFormat = z.object({ entries: z.array(z.object({ when: z.number(), tag: z.string() })) });

async function migrations() {
  return journalFormat.parse(JSON.parse(await readFile(journal, 'utf8'))).entries;
}
