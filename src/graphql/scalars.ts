import { GraphQLError } from 'graphql';
import { maxAmount } from '../domain/money.ts';

/**
 * Serializing and parsing of the schema's scalars; PackedSeatStatuses and PackedSeatChanges are plain strings. These are not
 * GraphQLScalarTypes, because their empty descriptions would replace those in `schema/`. A literal is parsed like the equal JSON
 * value.
 */
export const scalars = {
  DateTime: { serialize: formatMoment, parseValue: parseMoment },
  Amount: { serialize: checkAmount, parseValue: checkAmount },
  SeatingPlan: { parseValue: parsePlan },
};

/** Years that RFC 3339 can express: 0 to 9999. */
const earliestMs = Date.parse('0000-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');

/** Takes a Date, or milliseconds since 1970. */
function formatMoment(moment: unknown): string {
  const ms = moment instanceof Date ? moment.getTime() : moment;
  if (typeof ms !== 'number' || !isWritable(ms))
    throw new GraphQLError('DateTime cannot be written: no Date or milliseconds');
  return new Date(ms).toISOString();
}

/** RFC 3339, section 5.6, `date-time`. Leap seconds are refused, because a Date has none. */
const rfc3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

function parseMoment(text: unknown): Date {
  const parts = typeof text === 'string' ? rfc3339.exec(text) : null;
  if (!parts) throw new GraphQLError("DateTime must be RFC 3339 with an offset, such as '2026-11-20T18:30:00.000Z'");
  const [, date, time, fraction = '', ...offset] = parts;
  const local = new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date carries overflow, such as February 30, over to the next month.
  const exists = !Number.isNaN(local.getTime()) && local.toISOString().startsWith(`${date}T${time}`);
  const ms = local.getTime() - offsetMinutes(offset) * 60_000;
  if (!exists || !isWritable(ms)) throw new GraphQLError(`DateTime '${text}' does not exist`);
  return new Date(ms);
}

function offsetMinutes([sign, hours = '0', minutes = '0']: readonly string[]): number {
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const isWritable = (ms: number): boolean => ms >= earliestMs && ms <= latestMs;

function checkAmount(amount: unknown): number {
  if (typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0) return amount;
  throw new GraphQLError(`Amount must be a whole number from 0 to ${maxAmount}`);
}

/** Real plans nest nine levels deep. */
const maxPlanDepth = 32;

/** Only checks that it is an object. The importer checks the rest, and reports paths. */
function parsePlan(plan: unknown): object {
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan)) {
    throw new GraphQLError('SeatingPlan must be a JSON object');
  }
  if (!nestsWithin(maxPlanDepth, plan)) throw new GraphQLError(`SeatingPlan nests deeper than ${maxPlanDepth} levels`);
  return plan;
}

function nestsWithin(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => nestsWithin(levels - 1, inner));
}
