import type { CategoryPrice } from '../events/seating-plan/prices.ts';
import type { Fault, Refusal } from '../events/seating-plan/refusal.ts';
import { readTextFile } from '../text-file.ts';
import { CommandFailure, exitCodes } from './failure.ts';

/** The parsed file, which may be no plan. @throws CommandFailure if it cannot be read, or is not JSON in UTF-8 */
export async function readPlan(file: string): Promise<unknown> {
  const text = await readTextFile(file).catch((error: unknown) => {
    throw new CommandFailure(`${file} cannot be read: ${messageOf(error)}`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(`${file} is not JSON: ${messageOf(error)}`);
  }
}

/** Options of the command by the importer's names of fields. */
const optionOf: Readonly<Record<string, string>> = {
  name: '--name',
  venue: '--venue',
  startsAt: '--starts-at',
  timeZone: '--time-zone',
  currency: '--currency',
  reservationSeconds: '--reservation-seconds',
  prices: '--price',
};

/** The importer's refusal in terms of the command, with one line for each fault: the file and the path in it, or the option. */
export function importFailure(file: string, prices: readonly CategoryPrice[], { faults }: Refusal): CommandFailure {
  const lines = faults.map((fault) => lineOf(file, prices, fault));
  const isInPlan = faults.every(({ path }) => path === 'plan' || path.startsWith('plan.'));
  return new CommandFailure(lines.join('\n'), isInPlan ? undefined : exitCodes.wronglyCalled);
}

function lineOf(file: string, prices: readonly CategoryPrice[], { path, message }: Fault): string {
  if (path === 'plan') return `${file} is not a seating plan: ${message}`;
  const [, inPlan] = /^plan\.(.+)$/s.exec(path) ?? [];
  return `${inPlan === undefined ? optionAt(path, prices) : `${file}: ${inPlan}`}: ${message}`;
}

function optionAt(path: string, prices: readonly CategoryPrice[]): string {
  const [, at] = /^prices\[(\d+)\]/.exec(path) ?? [];
  const price = at === undefined ? undefined : prices[Number(at)];
  return price === undefined ? (optionOf[path] ?? path) : `--price ${price.category}=${price.amount}`;
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // It may quote the file's contents.
  return message.replace(/\p{Cc}+/gu, ' ');
}
