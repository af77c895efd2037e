import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { SYSTEM } from '../domain/change.ts';
import { momentsAt } from '../domain/local-time.ts';
import { checkEvent, createEvent, type EventInput } from '../events/create-event.ts';
import type { CategoryPrice } from '../events/seating-plan/prices.ts';
import { noTimeZone, timeZoneNamed } from '../events/time-zone.ts';
import { encodeEventId } from '../graphql/ids.ts';
import { scalars } from '../graphql/scalars.ts';
import { CommandFailure, exitCodes } from './failure.ts';
import { importFailure, readPlan } from './plan-file.ts';
import { progressOn } from './progress.ts';
import { openStore } from './store.ts';

const examples = `
The plan is one of pretix's seating plans; a category without a --price is not on sale.
Prices are in the currency's smallest unit by ISO 4217: 4500 is 45.00 EUR, 4500 JPY, 4.500 KWD.
A time without an offset is what clocks at the venue show; of an hour that comes twice, as they are put back, the first is meant.
Progress goes to standard error, and the new event's id to standard output. All of the event is written, or nothing.

Example:
  $ holdfast import hall.json --name 'The Tempest' --venue 'Great Hall' --starts-at 2026-12-24T19:30 \\
      --time-zone Europe/Berlin --currency EUR --price Stalls=4500 --price Balcony=2900 --on-sale`;

interface ImportOptions {
  readonly name: string;
  readonly venue: string;
  /** A moment, or a local time at the venue. */
  readonly startsAt: Date | string;
  readonly timeZone?: string;
  readonly currency: string;
  readonly price?: readonly CategoryPrice[];
  readonly reservationSeconds?: number;
  readonly onSale?: boolean;
}

export function importCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('import')
    .description('create an event from a seating plan')
    .argument('<plan.json>', "file with a seating plan in pretix's format")
    .requiredOption('--name <text>', 'what is performed')
    .requiredOption('--venue <text>', 'where')
    .requiredOption('--starts-at <moment>', 'when: 2026-12-24T19:30 in --time-zone, or with an offset', parseStart)
    .option('--time-zone <name>', "of the venue, as in IANA's database: Europe/Berlin (default: UTC)")
    .requiredOption('--currency <code>', 'of the prices, as in ISO 4217: EUR')
    .option(
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
  const { name, venue, currency, price: prices = [], timeZone = 'UTC' } = options;
  const startsAt = startOf(options);
  const reservationSeconds = options.reservationSeconds ?? config.reservations.reservationSeconds;
  const input: EventInput = {
    ...{ name, venue, startsAt, timeZone, currency, prices, reservationSeconds },
    plan: await readPlan(file),
  };
  // Before a database is created for it.
  const checked = checkEvent(input);
  if (!checked.ok) throw importFailure(file, prices, checked);
  const instead = 'stop it first, or create the event through its API with the mutation createEvent';
  await using database = await openStore(config.database, { whenInUse: instead, mayCreate: true });
  await database.migrate();
  const created = await createEvent(database, input, {
    id: randomUUID(),
    salesStatus: options.onSale ? 'ON_SALE' : 'DRAFT',
    actor: SYSTEM,
    onProgress: progressOn(process.stderr),
  });
  if (!created.ok) throw importFailure(file, prices, created);
  process.stdout.write(`${encodeEventId(created.event.id)}\n`);
}

/** A moment that the API's DateTime accepts, or a local time as text. */
function parseStart(text: string): Date | string {
  if (momentsAt(text, 'UTC').length > 0) return text;
  try {
    return scalars.DateTime.parseValue(text);
  } catch {
    throw new InvalidArgumentError(
      'Expected a time that exists, such as 2026-12-24T19:30 or 2026-12-24T19:30:00+01:00.',
    );
  }
}

/** For a local time that occurs twice, when clocks are put back, the earlier moment. */
function startOf({ startsAt, timeZone }: ImportOptions): Date {
  if (startsAt instanceof Date) return startsAt;
  if (timeZone === undefined) throw wrongStart(`${startsAt} needs a --time-zone, or an offset: ${startsAt}+01:00`);
  const known = timeZoneNamed(timeZone);
  if (known === null) throw new CommandFailure(`--time-zone: ${noTimeZone(timeZone)}`, exitCodes.wronglyCalled);
  const [moment] = momentsAt(startsAt, known);
  if (moment === undefined) throw wrongStart(`${startsAt} does not exist in ${known}: clocks are put forward over it`);
  return moment;
}

const wrongStart = (problem: string) => new CommandFailure(`--starts-at: ${problem}`, exitCodes.wronglyCalled);

function parseWhole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}

/** A category's name may contain `=`. */
function collectPrice(text: string, before: readonly CategoryPrice[] = []): readonly CategoryPrice[] {
  const [, category, amount] = /^(.+)=(\d{1,16})$/s.exec(text) ?? [];
  if (category !== undefined && amount !== undefined) return [...before, { category, amount: Number(amount) }];
  throw new InvalidArgumentError(
    'Expected a category and whole smallest units of the currency, such as Stalls=4500 for 45.00 EUR.',
  );
}
