import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { openPaymentProvider } from '../payments/open-provider.ts';
import { type Reconciled, reconcilePayments } from '../payments/reconcile.ts';
import { withTimeLimits } from '../payments/with-time-limits.ts';
import { CommandFailure } from './failure.ts';
import { openStore } from './store.ts';

const HOUR_MS = 3_600_000;

const examples = `
Reads what the payment provider has, and compares it with the database: money that is held or was taken without a booking, refunds made
in the provider's own dashboard, disputes. What differs is looked at again by a running server, within seconds. Exit code 0 if nothing
differs, 1 if something did. Servers do the same by themselves every few hours.

Examples:
  $ holdfast payments reconcile
  $ holdfast payments reconcile --since-hours 720`;

export function paymentsCommand(env: NodeJS.ProcessEnv): Command {
  const command = new Command('payments').description('look after payments').addHelpText('after', examples);
  command
    .command('reconcile')
    .description('compare payments with what the payment provider has')
    .option('--since-hours <n>', 'how old payments may be', parseHours, 48)
    .addHelpText('after', examples)
    .action((options: { sinceHours: number }) => reconcile(env, options));
  return command;
}

async function reconcile(env: NodeJS.ProcessEnv, { sinceHours }: { readonly sinceHours: number }): Promise<void> {
  const config = readConfig(env);
  await using database = await openStore(config.database, { whenInUse: 'stop it first', mayCreate: false });
  const { provider } = await openPaymentProvider(config.paymentProvider);
  const reconciled = await reconcilePayments({
    database,
    provider: withTimeLimits(provider),
    sinceMs: Date.now() - sinceHours * HOUR_MS,
    signal: new AbortController().signal,
  });
  for (const line of describe(reconciled)) process.stdout.write(`${line}\n`);
  const { length: count } = reconciled.differences;
  if (count > 0) throw new CommandFailure(count === 1 ? 'a payment differs' : `${count} payments differ`);
}

function describe({ compared, unknown, differences }: Reconciled): string[] {
  const lines = differences.map(
    ({ payment: { id, eventId, reference }, what }) =>
      `differs  payment ${id} (${reference}) of event ${eventId}: ${what}`,
  );
  const others = unknown === 0 ? [] : [`unknown  ${unknown} payments are not in this database`];
  return [...lines, ...others, `compared ${compared} payments`];
}

function parseHours(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of hours.');
}
