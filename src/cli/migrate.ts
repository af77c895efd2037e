import { Command } from 'commander';
import { readConfig } from '../config.ts';
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
  await using database = await openStore(config.database, {
    whenInUse: 'it brought the tables up to date when it started',
    mayCreate: true,
  });
  const applied = await database.migrate();
  for (const name of applied) process.stdout.write(`applied ${name}\n`);
  process.stdout.write(
    applied.length === 0 ? 'nothing to do: the tables are up to date\n' : 'the tables are up to date\n',
  );
}
