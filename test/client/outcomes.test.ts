import { describe, expect, expectTypeOf, test } from 'vitest';
import { type ExtendReservationOutcome, isUserError, match, unreachable } from '../../src/client/index.ts';

const expired = {
  __typename: 'ReservationExpired',
  code: 'RESERVATION_EXPIRED',
  message: 'Too late',
  expiredAt: '2030-01-01T00:00:00.000Z',
} as const satisfies ExtendReservationOutcome;
const outcome = expired as ExtendReservationOutcome;
const unknown = { __typename: 'Postponed' } as unknown as ExtendReservationOutcome;

describe('match', () => {
  const everyCase = {
    Reservation: () => 'extended',
    InvalidInput: () => 'wrong',
    NotFound: () => 'gone',
    ReservationNotActive: () => 'over',
    ReservationExpired: () => 'too late',
    ExtensionLimitReached: () => 'once too often',
    RateLimited: () => 'too fast',
    IdempotencyConflict: () => 'used',
    ServiceBusy: () => 1,
  };

  test('calls the function for the outcome', () => {
    const told = match(outcome, { ...everyCase, ReservationExpired: ({ expiredAt }) => expiredAt });
    expectTypeOf(told).toEqualTypeOf<string | number>();
    expect(told).toBe(expired.expiredAt);
  });

  test('passes other outcomes to one function with a narrowed type', () => {
    const told = match(outcome, { Reservation: ({ expiresInMs }) => expiresInMs }, ({ message }) => message);
    expectTypeOf(told).toEqualTypeOf<string | number>();
    expect(told).toBe('Too late');
  });

  test('does not compile with a missing or unknown case', () => {
    const { ServiceBusy: _, ...tooFew } = everyCase;
    // @ts-expect-error ServiceBusy is missing
    expect(match(outcome, tooFew)).toBe('too late');
    // @ts-expect-error there is no such outcome
    expect(match(outcome, { ...everyCase, Cancelled: () => 'none' })).toBe('too late');
    // @ts-expect-error there is no such outcome
    expect(match(outcome, { Resevation: () => 'misspelt' }, () => 'another')).toBe('another');
  });

  test('throws for an unknown outcome of a newer server', () => {
    expect(() => match(unknown, everyCase)).toThrow('Postponed');
    expect(() => match({ ...unknown, __typename: 'toString' } as never, everyCase as never)).toThrow(TypeError);
    expect(match(unknown, {}, () => 'another')).toBe('another');
  });
});

test('a switch without a case does not compile', () => {
  const say = (some: ExtendReservationOutcome) => {
    switch (some.__typename) {
      case 'ReservationExpired':
        return some.expiredAt;
      default:
        // @ts-expect-error the other cases are missing
        return unreachable(some);
    }
  };
  expect(say(outcome)).toBe(expired.expiredAt);
  expect(() => say(unknown)).toThrow(TypeError);
});

test('user errors are distinguished from results', () => {
  if (!isUserError(outcome)) return expect.fail('not told');
  expectTypeOf(outcome).not.toHaveProperty('extensionsLeft');
  expect(outcome.message).toBe('Too late');
});
