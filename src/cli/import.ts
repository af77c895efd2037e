import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { createEvent, type EventInput } from '../events/create-event.ts';
import type { CategoryPrice } from '../events/seating-plan/prices.ts';
import { encodeEventId } from '../graphql/ids.ts';
import { scalars } from '../graphql/scalars.ts';
import { importFailure, readPlan } from './plan-file.ts';
import { progressOn } from './progress.ts';
import { openStore } from './store.ts';

const examples = `
The plan is one of pretix's seating plans; every category with seats in it needs a --price,
in the currency's smallest unit by ISO 4217: 4500 is 45.00 EUR, 4500 JPY, 4.500 KWD.
Progress goes to standard error, and the new event's id to standard output. All of the event is written, or nothing.

Example:
  $ holdfast import hall.json --name 'The Tempest' --venue 'Great Hall' --starts-at 2026-12-24T19:30:00+01:00 \\
      --currency EUR --price Stalls=4500 --price Balcony=2900 --on-sale`;

interface ImportOptions {
  readonly name: string;
  readonly venue: string;
  readonly startsAt: Date;
  readonly currency: string;
  readonly price: readonly CategoryPrice[];
  readonly reservationSeconds?: number;
  readonly onSale?: boolean;
}

export function importCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('import')
    .description('create an event from a seating plan')
    .argument('<plan.json>', "file with a seating plan in pretix's format")
    .requiredOption('--name <text>', 'what is performed')
    .requiredOption('--venue <text>', 'where')
    .requiredOption('--starts-at <moment>', 'when, with an offset: 2026-12-24T19:30:00+01:00', parseMoment)
    .requiredOption('--currency <code>', 'of the prices, as in ISO 4217: EUR')
    .requiredOption(
      '--price <category=amount>',
      'of a category, in the smallest unit: 4500 for 45.00 EUR; once for each',
      collectPrice,
    )
    .option('--reservation-seconds <n>', 'length of a reservation (default: RESERVATION_SECONDS)', parseWhole)
    .option('--on-sale', 'open sales at once (otherwise the event is a draft)')
    .addHelpText('after', examples)
    .action((file: string, options: ImportOptions) => importPlan(file, options, env));
}

async function importPlan(file: string, options: ImportOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(env);
  const { name, venue, startsAt, currency, price: prices } = options;
  const reservationSeconds = options.reservationSeconds ?? config.reservations.reservationSeconds;
  const input: EventInput = { name, venue, startsAt, currency, plan: await readPlan(file), prices, reservationSeconds };
  const instead = 'stop it first, or create the event through its API with the mutation createEvent';
  await using database = await openStore(config.database, { whenInUse: instead, mayCreate: true });
  await database.migrate();
  const created = await createEvent(database, input, {
    id: randomUUID(),
    salesStatus: options.onSale ? 'ON_SALE' : 'DRAFT',
    onProgress: progressOn(process.stderr),
  });
  if (!created.ok) throw importFailure(file, prices, created);
  process.stdout.write(`${encodeEventId(created.event.id)}\n`);
}

/** The moments that the API's DateTime takes. */
function parseMoment(text: string): Date {
  try {
    return scalars.DateTime.parseValue(text);
  } catch {
    throw new InvalidArgumentError('Expected a moment that exists, with an offset, such as 2026-12-24T19:30:00+01:00.');
  }
}

function parseWhole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}

/** A category's name may hold an `=` itself. */
function collectPrice(text: string, before: readonly CategoryPrice[] = []): readonly CategoryPrice[] {
  const [, category, amount] = /^(.+)=(\d{1,16})$/s.exec(text) ?? [];
  if (category !== undefined && amount !== undefined) return [...before, { category, amount: Number(amount) }];
  throw new InvalidArgumentError(
    'Expected a category and whole smallest units of the currency, such as Stalls=4500 for 45.00 EUR.',
  );
}
