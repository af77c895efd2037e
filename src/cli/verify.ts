import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { type Verdict, verify } from '../store/queries/verification.ts';
import { CommandFailure } from './failure.ts';
import { openStore } from './store.ts';

const examples = `
Reads one moment of the database, locks no row and writes nothing: safe while sales run. Prints a line for each promise, and
what breaks it and where. Exit code 0 if all are kept, 1 if not.
A server writes the ends of reservations and settles payments within seconds; on the embedded database, where none can be
running meanwhile, this is not looked at.

Examples:
  $ DATABASE_URL=postgres://localhost/holdfast JWT_SECRET=... holdfast verify
  $ holdfast verify --overdue-seconds 300`;

export function verifyCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('verify')
    .description('hold what the database has against every promise that data can show')
    .option(
      '--overdue-seconds <n>',
      'how late the end of a reservation, or of a payment, may be written',
      parseSeconds,
      60,
    )
    .addHelpText('after', examples)
    .action((options: { overdueSeconds: number }) => verifyDatabase(env, options));
}

async function verifyDatabase(env: NodeJS.ProcessEnv, { overdueSeconds }: { overdueSeconds: number }): Promise<void> {
  const config = readConfig(env);
  await using database = await openStore(config.database, { whenInUse: 'stop it first', mayCreate: false });
  const isServed = config.database.kind === 'postgres';
  let broken = 0;
  await verify(database, { overdueSeconds: isServed ? overdueSeconds : null }, (verdict) => {
    if (verdict.count > 0) broken += 1;
    process.stdout.write(`${describe(verdict).join('\n')}\n`);
  });
  if (broken > 0) throw new CommandFailure(broken === 1 ? 'a promise is broken' : `${broken} promises are broken`);
}

function describe({ promise, count, breaches }: Verdict): string[] {
  if (count === 0) return [`kept    ${promise}`];
  const more = count > breaches.length ? [`          and ${count - breaches.length} more`] : [];
  const places = breaches.map(
    ({ eventId, what }) => `          ${eventId === null ? '' : `event ${eventId}, `}${what}`,
  );
  return [`BROKEN  ${promise}: ${count === 1 ? 'once' : `${count} times`}`, ...places, ...more];
}

function parseSeconds(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of seconds.');
}
