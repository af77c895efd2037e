import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bearerToken } from '../../src/identity/bearer.ts';
import { InvalidToken } from '../../src/identity/errors.ts';

describe('bearerToken', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    [' \t ', undefined],
    ['Bearer a.b-c._d', 'a.b-c._d'],
    ['bearer  abc== ', 'abc=='],
  ])('of %j is %j', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it.each(['Bearer', 'bearer ', ' Bearer  '])('refuses %j in words', (header) => {
    expect(() => bearerToken(header)).toThrow('Invalid token: nothing after Bearer');
  });

  it.each(['abc', 'Basic YTpi', 'Bearer a b', 'Bearer a,b', 'Bearera'])('refuses %j', (header) => {
    expect(() => bearerToken(header)).toThrow(InvalidToken);
  });

  it('returns any valid token', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9\-._~+/]+={0,2}$/), (token) => {
        expect(bearerToken(`Bearer ${token}`)).toBe(token);
      }),
    );
  });
});
