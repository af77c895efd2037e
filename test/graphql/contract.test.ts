import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, parse, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { differences, factsOf } from '../contract/facts.ts';

const text = readFileSync(new URL('../contract/contract.graphql', import.meta.url), 'utf8');
const contract = parse(text);
const schema = createSchema([{}]);

describe('the schema', () => {
  test('contains the whole contract, word for word', () => {
    expect(differences(contract, parse(printSchema(schema)))).toEqual([]);
  });

  test('has no required arguments besides those of the contract', () => {
    expect(findBreakingChanges(buildSchema(text), schema)).toEqual([]);
  });
});

describe('the comparison', () => {
  test('finds every kind of fact', () => {
    expect(factsOf(contract).get('Query.events:first')).toEqual({ signature: 'Int', description: '' });
    expect(factsOf(contract).get('Money.amount')).toEqual({ signature: 'Amount!', description: '' });
  });

  test.each([
    ['a type', 'type Money { amount: Amount! "ISO 4217." currency: String! }', '', 'Money is missing'],
    ['a field', 'currency: String!\n  salesStatus', 'salesStatus', 'Event.currency is missing'],
    ['non-null', 'booking(id: ID!)', 'booking(id: ID)', "Query.booking:id is 'ID', not 'ID!'"],
    [
      'a default',
      'first: Int, after: String, last: Int, before: String): SeatConnection',
      'first: Int = 20, after: String, last: Int, before: String): SeatConnection',
      "Event.seats:first is 'Int = 20', not 'Int'",
    ],
    ['an enum value', 'DRAFT ON_SALE', 'ON_SALE', 'SalesStatus.DRAFT is missing'],
    [
      'a member',
      'ExtendReservationResult = Reservation | InvalidInput',
      'ExtendReservationResult = Reservation',
      'ExtendReservationResult = InvalidInput is missing',
    ],
    ['an interface', 'type Seat implements Node', 'type Seat', 'Seat implements Node is missing'],
    ['an input', 'buyer: BuyerInput', '', 'ConfirmReservationInput.buyer is missing'],
    ['an argument', '(status: [ReservationStatus!], first', '(first', 'Viewer.reservations:status is missing'],
    ['a kind', 'interface UserError {', 'type UserError {', /^UserError is 'ObjectTypeDefinition'/],
    ['a word', '"All of the seats or none."', '"All of the seats."', 'Mutation.reserveSeats is described otherwise'],
    ['a description', '"ISO 4217."', '', 'Money.currency is described otherwise'],
  ])('misses %s that is gone or changed', (_what, before, after, difference) => {
    const changed = text.replace(before, after);
    expect(changed).not.toBe(text);
    expect(differences(contract, parse(changed))).toContainEqual(
      typeof difference === 'string' ? difference : expect.stringMatching(difference),
    );
  });
});
