import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { assertScalarType, GraphQLError, parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';
import { createSchema } from '../../src/graphql/schema.ts';

const schema = createSchema([{}]);
const scalar = (name: string) => assertScalarType(schema.getType(name));

describe('DateTime', () => {
  const dateTime = scalar('DateTime');
  const year = (value: number) => Date.UTC(2000, 0) + (value - 2000) * 365.2425 * 86_400_000;
  const moment = fc.integer({ min: Math.ceil(year(1)), max: Math.floor(year(9999)) });

  test('is written in UTC with three decimals, from a Date and from milliseconds', () => {
    expect(dateTime.serialize(new Date('2026-11-20T18:30:00Z'))).toBe('2026-11-20T18:30:00.000Z');
    expect(dateTime.serialize(Date.parse('2026-11-20T18:30:00.007Z'))).toBe('2026-11-20T18:30:00.007Z');
  });

  test('parses its own output, as a value and as a literal', () => {
    fc.assert(
      fc.property(moment, (ms) => {
        const text = dateTime.serialize(ms);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(dateTime.parseValue(text)).toEqual(new Date(ms));
        expect(dateTime.parseLiteral(parseValue(JSON.stringify(text)))).toEqual(new Date(ms));
      }),
    );
  });

  test('reads the same moment at every offset', () => {
    const offset = fc.integer({ min: -(24 * 60 - 1), max: 24 * 60 - 1 });
    fc.assert(
      fc.property(moment, offset, (ms, minutes) => {
        const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
        const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const sign = minutes < 0 ? '-' : '+';
        const text = `${local}${sign}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
        expect(dateTime.parseValue(text)).toEqual(new Date(ms));
      }),
    );
  });

  test.each([
    ['2026-11-20T18:30:00Z', '2026-11-20T18:30:00.000Z'],
    ['2026-11-20t18:30:00z', '2026-11-20T18:30:00.000Z'],
    ['2026-11-20T18:30:00.5Z', '2026-11-20T18:30:00.500Z'],
    ['2026-11-20T18:30:00.123999999Z', '2026-11-20T18:30:00.123Z'],
    ['2026-11-20T18:30:00-00:00', '2026-11-20T18:30:00.000Z'],
    ['2026-12-31T23:30:00-05:30', '2027-01-01T05:00:00.000Z'],
    ['2028-02-29T12:00:00Z', '2028-02-29T12:00:00.000Z'],
  ])('reads %s', (text, written) => {
    expect(dateTime.serialize(dateTime.parseValue(text))).toBe(written);
  });

  test.each([
    '',
    'tomorrow',
    '2026-11-20',
    '2026-11-20T18:30:00',
    '2026-11-20T18:30Z',
    '2026-11-20 18:30:00Z',
    '2026-11-20T18:30:00.Z',
    '2026-11-20T18:30:00+0100',
    '2026-11-20T18:30:00+24:00',
    '2026-11-20T18:30:00+01:60',
    '+002026-11-20T18:30:00Z',
    '26-11-20T18:30:00Z',
    ' 2026-11-20T18:30:00Z',
    '2026-11-20T18:30:00Z\n',
    1_795_199_400_000,
    new Date(0),
    null,
    ['2026-11-20T18:30:00Z'],
  ])('refuses %j, which is not RFC 3339, and says what is', (value) => {
    expect(() => dateTime.parseValue(value)).toThrow(
      new GraphQLError("DateTime must be RFC 3339 with an offset, such as '2026-11-20T18:30:00.000Z'"),
    );
  });

  test.each([
    '2026-02-29T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-10T12:00:00Z',
    '2026-01-00T12:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T18:60:00Z',
    '2026-11-20T18:30:60Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
  ])('refuses %s, which never comes', (text) => {
    expect(() => dateTime.parseValue(text)).toThrow(new GraphQLError(`DateTime '${text}' does not exist`));
  });

  test.each([new Date(Number.NaN), Number.NaN, '2026-11-20T18:30:00Z', null, 1e15])('does not write %s', (value) => {
    expect(() => dateTime.serialize(value)).toThrow(GraphQLError);
  });

  test('refuses literals that are no strings', () => {
    for (const literal of ['1795199400000', 'true', '{ at: 1 }', '[]', 'NOW']) {
      expect(() => dateTime.parseLiteral(parseValue(literal))).toThrow(GraphQLError);
    }
  });
});

describe('SeatingPlan', () => {
  const seatingPlan = scalar('SeatingPlan');
  const demo: unknown = JSON.parse(readFileSync(new URL('../../demo/seating-plan.json', import.meta.url), 'utf8'));
  const nested = (levels: number): object => (levels === 1 ? {} : { inner: nested(levels - 1) });

  test('takes a plan as a variable as it is', () => {
    expect(seatingPlan.parseValue(demo)).toBe(demo);
  });

  test('takes a plan as a literal, which the importer reads like the same plan in JSON', () => {
    const plan = seatingPlan.parseLiteral(parseValue(literalOf(demo)));
    expect(plan).toEqual(demo);
    expect(parseSeatingPlan(plan)).toEqual(parseSeatingPlan(demo));
  });

  test('replaces variables in a literal', () => {
    const literal = seatingPlan.parseLiteral(parseValue('{ name: $name, zones: [$zone] }'), {
      name: 'Hall',
      zone: { rows: [] },
    });
    expect(literal).toEqual({ name: 'Hall', zones: [{ rows: [] }] });
  });

  test('treats __proto__ in a literal as an ordinary key', () => {
    const plan = seatingPlan.parseLiteral(parseValue('{ __proto__: { zones: [] } }'));
    expect(plan).not.toHaveProperty('zones');
  });

  test.each(['plan', 1, true, null, [], [{}]])('refuses %j', (value) => {
    expect(() => seatingPlan.parseValue(value)).toThrow(new GraphQLError('SeatingPlan must be a JSON object'));
  });

  test('refuses deep nesting in variables and literals', () => {
    const message = 'SeatingPlan nests deeper than 32 levels';
    expect(seatingPlan.parseValue(nested(32))).toEqual(nested(32));
    expect(() => seatingPlan.parseValue(nested(33))).toThrow(message);
    expect(() => seatingPlan.parseValue(nested(3_000))).toThrow(message);
    expect(() => seatingPlan.parseLiteral(parseValue(literalOf(nested(33))))).toThrow(message);
    expect(() => seatingPlan.parseValue({ list: JSON.parse('['.repeat(40) + ']'.repeat(40)) })).toThrow(message);
  });
});

test('PackedSeatStatuses is unchanged', () => {
  expect(scalar('PackedSeatStatuses').serialize('AAE=')).toBe('AAE=');
});

/** JSON as a GraphQL literal, with unquoted keys. */
function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${literalOf(inner)}`)
    .join(' ')}}`;
}

describe('Amount', () => {
  const amount = scalar('Amount');

  test('is a whole number from 0 to 2^53 - 1, as a value and as a literal', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(amount.serialize(value)).toBe(value);
        expect(amount.parseValue(value)).toBe(value);
        expect(amount.parseLiteral(parseValue(String(value)))).toBe(value);
      }),
    );
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '45', true, null, [45]])('is not %j', (value) => {
    expect(() => amount.parseValue(value)).toThrow(GraphQLError);
    expect(() => amount.serialize(value)).toThrow(GraphQLError);
  });

  test.each(['-1', '0.5', '9007199254740992', '"45"', 'true'])('is not the literal %s', (literal) => {
    expect(() => amount.parseLiteral(parseValue(literal))).toThrow(GraphQLError);
  });
});
