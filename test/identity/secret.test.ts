import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { clockSkewSeconds } from '../../src/identity/claims.ts';
import { GuestsNotEnabled, InvalidToken } from '../../src/identity/errors.ts';
import { openIdentity } from '../../src/identity/identity.ts';

const secret = 'a secret that is thirty-two bytes';
const key = new TextEncoder().encode(secret);

/** 600 ms after the beginning of a second. */
const startMs = 1_800_000_000_600;
const startSeconds = 1_800_000_000;
/** Tolerated difference between clocks. */
const skew = clockSkewSeconds;

function identityAt(startAt = startMs) {
  const clock = { nowMs: startAt };
  const identity = openIdentity({ secret, jwksUrl: null, guestTokenSeconds: 60, now: () => clock.nowMs });
  return { clock, identity };
}

function signed(claims: Record<string, unknown>, header: JWTHeaderParameters = { alg: 'HS256' }): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

const { identity } = identityAt();
const good = await signed({ sub: 'ada', exp: startSeconds + 60 });

describe('a guest', () => {
  it('gets an identity of their own that is accepted', async () => {
    const one = await identity.signInAsGuest();
    const other = await identity.signInAsGuest();
    expect(one.viewer.id).toMatch(/^guest_[0-9a-f-]{36}$/);
    expect(other.viewer.id).not.toBe(one.viewer.id);
    expect(one.expiresAt).toEqual(new Date((startSeconds + 60) * 1000));
    expect(await identity.verify(one.token)).toEqual({
      viewer: { id: one.viewer.id, roles: ['CUSTOMER'] },
      expiresAtMs: one.expiresAt.getTime() + skew * 1000,
    });
  });

  it('is renewable as the same guest until an hour after the token ran out, but for what clocks may be off', async () => {
    const { clock, identity } = identityAt();
    const { token, viewer, expiresAt } = await identity.signInAsGuest();
    clock.nowMs = expiresAt.getTime() + (3_600 + skew) * 1000 - 1;
    await expect(identity.verify(token)).rejects.toMatchObject({ reason: 'expired' });
    expect(identity.renewableGuest(token)).toEqual(viewer);
    const renewed = await identity.signInAsGuest(identity.renewableGuest(token));
    expect((await identity.verify(renewed.token)).viewer).toEqual(viewer);
    expect(renewed.expiresAt.getTime()).toBe(Math.floor(clock.nowMs / 1000) * 1000 + 60_000);
    clock.nowMs += 1;
    expect(() => identity.renewableGuest(token)).toThrow('expired');
  });

  const guestId = 'guest_3f6f6c5e-7a5c-4c39-9c2e-0d2f5a0f7c11';
  const exp = startSeconds + 60;
  it.each([
    ["not a guest's", signed({ sub: 'ada', exp })],
    ["not a guest's", signed({ sub: guestId, exp, roles: ['organizer'] })],
    ['issuer not accepted', signed({ sub: guestId, exp, iss: 'https://elsewhere.example/' })],
    ['not valid yet', signed({ sub: guestId, exp, nbf: startSeconds + skew + 1 })],
    ['no exp', signed({ sub: guestId })],
    ['bad signature', new SignJWT({ sub: guestId, exp }).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32))],
    ['bad signature', Promise.resolve(new UnsecuredJWT({ sub: guestId, exp }).encode())],
    ['bad signature', Promise.resolve('')],
    ['too long', signed({ sub: guestId, exp, groups: 'x'.repeat(8192) })],
  ])('is not renewed with a token of which it is said: %s', async (reason, token) => {
    const identity = openIdentity({
      ...{ secret, jwksUrl: null, guestTokenSeconds: 60, now: () => startMs },
      issuers: ['https://login.example/'],
    });
    const text = await token;
    expect(() => identity.renewableGuest(text)).toThrow(expect.objectContaining({ name: 'InvalidToken', reason }));
  });

  it('needs a secret', async () => {
    const withoutSecret = openIdentity({ secret: null, jwksUrl: 'http://127.0.0.1:1/', guestTokenSeconds: 60 });
    expect(() => withoutSecret.renewableGuest(good)).toThrow(InvalidToken);
    await expect(withoutSecret.signInAsGuest()).rejects.toBeInstanceOf(GuestsNotEnabled);
    await expect(withoutSecret.sign({ sub: 'ada', roles: [], ttlSeconds: 1 })).rejects.toThrow('JWT_SECRET');
  });
});

describe('a token for an operator', () => {
  it('has its role and its lifetime', async () => {
    const { token, expiresAt } = await identity.sign({ sub: 'box-office', roles: ['ORGANIZER'], ttlSeconds: 5 });
    expect(expiresAt).toEqual(new Date((startSeconds + 5) * 1000));
    expect((await identity.verify(token)).viewer).toEqual({ id: 'box-office', roles: ['CUSTOMER', 'ORGANIZER'] });
  });

  it.each(['', 'x'.repeat(256), 'nul\0', 'oidc:https://login.example/ ada'])('is not made out to %j', async (sub) => {
    await expect(identity.sign({ sub, roles: [], ttlSeconds: 5 })).rejects.toBeInstanceOf(RangeError);
  });
});

describe('roles', () => {
  it.each([
    [['organizer'], ['CUSTOMER', 'ORGANIZER']],
    [
      ['organizer', 'organizer', 'customer'],
      ['CUSTOMER', 'ORGANIZER'],
    ],
    [['admin', 7, null], ['CUSTOMER']],
    [['ORGANIZER'], ['CUSTOMER']],
    ['organizer', ['CUSTOMER', 'ORGANIZER']],
    ['openid organizer', ['CUSTOMER', 'ORGANIZER']],
    ['customer,organizer', ['CUSTOMER', 'ORGANIZER']],
    ['co-organizer organizers', ['CUSTOMER']],
    [['openid organizer'], ['CUSTOMER']],
    [{ organizer: true }, ['CUSTOMER']],
    [undefined, ['CUSTOMER']],
  ])('of %j are %j', async (roles, expected) => {
    const { viewer } = await identity.verify(await signed({ sub: 'ada', exp: startSeconds + 60, roles }));
    expect(viewer.roles).toEqual(expected);
  });
});

describe('a token is refused', () => {
  const exp = startSeconds + 60;
  it.each([
    ['no exp', signed({ sub: 'ada' })],
    ['malformed', Promise.resolve(signedText('{"sub":"ada","exp":"tomorrow"}'))],
    ['malformed', signed({ sub: 'ada', exp, iat: 'yesterday' } as never)],
    ['expired', signed({ sub: 'ada', exp: startSeconds - skew })],
    ['not valid yet', signed({ sub: 'ada', exp, nbf: startSeconds + skew + 1 })],
    ['not valid yet', signed({ sub: 'ada', exp, iat: startSeconds + skew + 1 })],
    ['type not accepted', signed({ sub: 'ada', exp }, { alg: 'HS256', typ: 'logout+jwt' })],
    ['type not accepted', signed({ sub: 'ada', exp }, { alg: 'HS256', typ: 'application/id+jwt' })],
    ['type not accepted', signed({ sub: 'ada', exp }, { alg: 'HS256', typ: 7 } as never)],
    ['type not accepted', signed({ sub: 'ada', exp, events: {} })],
    ['no usable sub', signed({ exp })],
    ['no usable sub', signed({ exp, sub: '' })],
    ['no usable sub', signed({ exp, sub: 'x'.repeat(256) })],
    ['no usable sub', signed({ exp, sub: 'a\0b' })],
    ['no usable sub', signed({ exp, sub: 'oidc:https://login.example/ ada' })],
    ['bad signature', new SignJWT({ sub: 'ada', exp }).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32))],
    [
      'algorithm not accepted',
      new SignJWT({ sub: 'ada', exp }).setProtectedHeader({ alg: 'HS512' }).sign(new Uint8Array(64)),
    ],
    ['algorithm not accepted', Promise.resolve(new UnsecuredJWT({ sub: 'ada', exp }).encode())],
    ['malformed', Promise.resolve('')],
    ['malformed', Promise.resolve('null')],
    ['malformed', Promise.resolve('a.b.c.d.e')],
    ['too long', signed({ sub: 'ada', exp, groups: 'x'.repeat(8192) })],
  ])('as %s', async (reason, token) => {
    await expect(identity.verify(await token)).rejects.toMatchObject({ name: 'InvalidToken', reason });
  });

  it('with its header changed to "none"', async () => {
    const [, payload] = good.split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [`${header}.${payload}.`, `${header}.${payload}.${good.split('.')[2]}`]) {
      await expect(identity.verify(token)).rejects.toMatchObject({ reason: 'algorithm not accepted' });
    }
  });

  it('after any change of its signed part, and never as a fault', async () => {
    const signedPart = good.lastIndexOf('.');
    const at = fc.integer({ min: 0, max: signedPart - 1 });
    await fc.assert(
      fc.asyncProperty(at, fc.stringMatching(/^[A-Za-z0-9_-]$/), async (index, character) => {
        fc.pre(good[index] !== character);
        const changed = good.slice(0, index) + character + good.slice(index + 1);
        await expect(identity.verify(changed)).rejects.toBeInstanceOf(InvalidToken);
      }),
    );
  });

  it('for any other text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String(), { maxLength: 5 }).map((p) => p.join('.')),
        ),
        async (text) => {
          await expect(identity.verify(text)).rejects.toBeInstanceOf(InvalidToken);
        },
      ),
    );
  });
});

describe('time', () => {
  it('ends a token at its exact second, plus the tolerance for clocks', async () => {
    const { clock, identity } = identityAt();
    const token = await signed({ sub: 'ada', exp: startSeconds + 10 });
    clock.nowMs = (startSeconds + 10 + skew) * 1000 - 1;
    expect((await identity.verify(token)).expiresAtMs).toBe((startSeconds + 10 + skew) * 1000);
    clock.nowMs += 1;
    await expect(identity.verify(token)).rejects.toMatchObject({ reason: 'expired' });
  });

  it.each(['nbf', 'iat'])('may be in the future by as much in %s', async (claim) => {
    const token = await signed({ sub: 'ada', exp: startSeconds + 60, [claim]: startSeconds + skew });
    expect((await identity.verify(token)).viewer.id).toBe('ada');
  });

  it('has a valid end for a token that never expires', async () => {
    const { expiresAtMs } = await identity.verify(signedText('{"sub":"ada","exp":1e999}'));
    expect(new Date(expiresAtMs).getTime()).toBeGreaterThan(startMs);
  });
});

describe('a type', () => {
  it.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/jwt', 'application/at+jwt'])('may be %s', async (typ) => {
    const token = await signed({ sub: 'ada', exp: startSeconds + 60 }, { alg: 'HS256', typ });
    expect((await identity.verify(token)).viewer.id).toBe('ada');
  });
});

describe('with an issuer and an audience set, a token signed with the secret', () => {
  const identity = openIdentity({
    ...{ secret, jwksUrl: null, guestTokenSeconds: 60, now: () => startMs },
    ...{ issuers: ['https://login.example/'], audiences: ['tickets', 'tickets-staff'] },
  });
  const claims = { sub: 'ada', exp: startSeconds + 60, roles: ['organizer'] };

  it.each([
    {},
    { aud: 'tickets' },
    { aud: ['other', 'tickets-staff'] },
    { iss: 'https://login.example/', aud: ['tickets'] },
  ])('is accepted with %j', async (more) => {
    expect((await identity.verify(await signed({ ...claims, ...more }))).viewer).toEqual({
      id: 'ada',
      roles: ['CUSTOMER', 'ORGANIZER'],
    });
  });

  it.each([
    [{ aud: 'other' }, 'audience not accepted'],
    [{ aud: ['other'] }, 'audience not accepted'],
    [{ aud: [] }, 'audience not accepted'],
    [{ aud: [['tickets']] }, 'audience not accepted'],
    [{ aud: '' }, 'audience not accepted'],
    [{ aud: null }, 'audience not accepted'],
    [{ iss: 'https://login.example' }, 'issuer not accepted'],
    [{ iss: ['https://login.example/'] }, 'issuer not accepted'],
  ])('is refused with %j: %s', async (more, reason) => {
    const token = signedText(JSON.stringify({ ...claims, ...more }));
    await expect(identity.verify(token)).rejects.toMatchObject({ name: 'InvalidToken', reason });
  });

  it('is accepted as this server signs it', async () => {
    const guest = await identity.signInAsGuest();
    expect((await identity.verify(guest.token)).viewer).toEqual(guest.viewer);
  });
});

describe('the claim with the roles', () => {
  const organizer = ['organizer'];
  it.each([
    ['realm_access.roles', { realm_access: { roles: organizer } }],
    ['resource_access.my-client.roles', { resource_access: { 'my-client': { roles: organizer } } }],
    ['resource_access.my.client.roles', { resource_access: { 'my.client': { roles: 'organizer' } } }],
    ['https://tickets.example/roles', { 'https://tickets.example/roles': organizer }],
    ['realm_access.roles', { 'realm_access.roles': organizer, realm_access: { roles: [] } }],
    ['scope', { scope: 'openid organizer' }],
    // Like `holdfast token`.
    ['realm_access.roles', { roles: organizer }],
  ])('may be %s in %j', async (rolesClaim, claims) => {
    expect(await rolesBy(rolesClaim, claims)).toEqual(['CUSTOMER', 'ORGANIZER']);
  });

  it.each([
    ['realm_access.roles', { 'realm_access.roles': [], realm_access: { roles: organizer } }],
    ['realm_access.roles', { realm_access: organizer }],
    ['realm_access.roles', { realm_access: { roles: { organizer: true } } }],
    ['constructor.name', {}],
    ['0.0', [organizer]],
  ])('as %s gives no role in %j', async (rolesClaim, claims) => {
    expect(await rolesBy(rolesClaim, claims)).toEqual(['CUSTOMER']);
  });

  async function rolesBy(rolesClaim: string, claims: object) {
    const identity = openIdentity({
      ...{ secret, jwksUrl: null, guestTokenSeconds: 60, now: () => startMs },
      rolesClaim,
    });
    const token = await signed({ sub: 'ada', exp: startSeconds + 60, ...claims });
    return (await identity.verify(token)).viewer.roles;
  }
});

/** A token with arbitrary claims, which a library would not sign. */
function signedText(claims: string): string {
  const content = ['{"alg":"HS256"}', claims].map((text) => Buffer.from(text).toString('base64url')).join('.');
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}
