import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionToken } from '../../src/identity/connection-token.ts';
import { InvalidToken } from '../../src/identity/errors.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
const bearer = `Bearer ${jwt}`;

describe('the token of a websocket', () => {
  it.each([
    { authorization: bearer },
    { Authorization: bearer },
    { AUTHORIZATION: `bearer ${jwt}` },
    { token: jwt },
    { token: bearer },
    { authToken: jwt },
    { auth_token: jwt },
    { accessToken: jwt },
    { access_token: bearer },
    { idToken: jwt },
    { userToken: jwt },
    { jwt },
    { 'X-Auth-Token': jwt },
    { headers: { Authorization: bearer } },
    { headers: { authorization: bearer } },
    { context: { headers: { authorization: bearer } } },
    { auth: { token: jwt } },
    { authorization: '', token: null, headers: { Authorization: bearer } },
    { authorization: bearer, token: jwt, authToken: bearer },
    { authorization: bearer, csrfToken: 'another', refreshToken: 'another' },
  ])('is found in %j', (params) => {
    expect(connectionToken(params)).toBe(jwt);
  });

  it.each([
    undefined,
    {},
    { authorization: '' },
    { Authorization: '   ' },
    { authorization: null, token: '', authToken: undefined },
    { headers: {} },
    { headers: { authorization: '' } },
    { headers: null },
    { clientName: 'web', version: 7, csrfToken: 'abc' },
  ])('is none in %j', (params) => {
    expect(connectionToken(params)).toBeUndefined();
  });

  it.each([
    [{ authorization: 'Bearer ' }, 'nothing after Bearer'],
    [{ token: 'Bearer' }, 'nothing after Bearer'],
    [{ authorization: jwt }, 'not a Bearer token'],
    [{ authorization: 'Basic YTpi' }, 'not a Bearer token'],
    [{ authorization: 7 }, 'not a Bearer token'],
    [{ authorization: [bearer] }, 'not a Bearer token'],
    [{ token: { value: jwt } }, 'not a Bearer token'],
    [{ token: false }, 'not a Bearer token'],
    [{ token: 'one', authToken: 'another' }, 'two different ones'],
    [{ authorization: bearer, headers: { Authorization: 'Bearer another' } }, 'two different ones'],
    [{ session: jwt }, /^Invalid token: in an unknown place, send \{"authorization": "Bearer <token>"\}$/],
    [{ credentials: { value: bearer } }, 'in an unknown place'],
    [{ headers: [['authorization', bearer]] }, 'in an unknown place'],
    [{ headers: [{ name: 'Authorization', value: bearer }] }, 'in an unknown place'],
  ])('is refused in words in %j', (params, reason) => {
    expect(() => connectionToken(params)).toThrow(reason);
    // The limit of a close frame's reason.
    expect(messageOf(params).length).toBeLessThanOrEqual(123);
  });

  it('may be in the header of the handshake, with the same rules', () => {
    expect(connectionToken({}, bearer)).toBe(jwt);
    expect(connectionToken({ token: jwt }, bearer)).toBe(jwt);
    expect(connectionToken({}, '')).toBeUndefined();
    // Browsers send the password of a proxy with every request.
    expect(connectionToken({ token: jwt }, 'Basic YTpi')).toBe(jwt);
    expect(() => connectionToken({ token: 'another' }, bearer)).toThrow('two different ones');
  });

  it('is searched in any payload, however deep and large', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
        const found = () => connectionToken(params as Record<string, unknown>);
        try {
          found();
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidToken);
        }
      }),
    );
    let deep: Record<string, unknown> = { authorization: bearer };
    for (let level = 0; level < 20_000; level++) deep = { deep };
    expect(connectionToken(deep)).toBe(jwt);
    expect(connectionToken({ many: Array.from({ length: 200_000 }, () => 0), token: jwt })).toBe(jwt);
  });
});

function messageOf(params: Record<string, unknown>): string {
  try {
    return String(connectionToken(params));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
