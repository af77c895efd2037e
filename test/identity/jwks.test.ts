import fc from 'fast-check';
import { exportSPKI, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { InvalidToken } from '../../src/identity/errors.ts';
import { openIdentity } from '../../src/identity/identity.ts';
import { type Provider, providerKey, startProvider } from './provider.ts';

const secret = 'a secret that is thirty-two bytes';
const exp = Math.floor(Date.now() / 1000) + 600;
const claims = { sub: 'ada', exp, roles: ['organizer'] };

const rsa = await providerKey('RS256', 'rsa');
const ec = await providerKey('ES256', 'ec');

function identityOf(provider: Provider, given: string | null = null) {
  return openIdentity({ secret: given, jwksUrl: provider.url, guestTokenSeconds: 60 });
}

describe("an identity provider's token", () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('is accepted when signed with %s', async (alg) => {
    const key = await providerKey(alg, 'key');
    await using provider = await startProvider([key]);
    expect(await identityOf(provider).verify(await key.sign(claims))).toEqual({
      viewer: { id: 'ada', roles: ['CUSTOMER', 'ORGANIZER'] },
      expiresAtMs: exp * 1000,
    });
  });

  it('costs one request for its keys, however many tokens come', async () => {
    await using provider = await startProvider([rsa, ec]);
    const identity = identityOf(provider);
    const tokens = await Promise.all(
      [1, 2, 3, 4].map((n) => (n % 2 ? rsa : ec).sign({ ...claims, sub: `viewer${n}` })),
    );
    await Promise.all([...tokens, ...tokens].map((token) => identity.verify(token)));
    expect(provider.requests).toBe(1);
  });

  it('is refused if signed with a key the provider does not list, even under a listed name', async () => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider);
    const impostor = await providerKey('RS256', 'rsa');
    await expect(identity.verify(await ec.sign(claims))).rejects.toMatchObject({ reason: 'unknown key' });
    await expect(identity.verify(await impostor.sign(claims))).rejects.toMatchObject({ reason: 'bad signature' });
  });

  it('is accepted beside those signed with the secret', async () => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider, secret);
    const guest = await identity.signInAsGuest();
    expect((await identity.verify(guest.token)).viewer).toEqual(guest.viewer);
    expect((await identity.verify(await rsa.sign(claims))).viewer.id).toBe('ada');
  });

  it.each([
    [null, 'algorithm not accepted'],
    [secret, 'bad signature'],
  ])('cannot be forged with the public key as a secret (secret: %s)', async (given, reason) => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider, given);
    const publicTexts = [await exportSPKI(rsa.publicKey), JSON.stringify(rsa.jwk)];
    for (const text of publicTexts) {
      const header = { alg: 'HS256', kid: 'rsa' };
      const forged = await new SignJWT(claims).setProtectedHeader(header).sign(new TextEncoder().encode(text));
      await expect(identity.verify(forged)).rejects.toMatchObject({ name: 'InvalidToken', reason });
    }
  });
});

describe('a token seen before', () => {
  it('is remembered rather than checked again', async () => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider);
    const token = await rsa.sign(claims);
    expect(await identity.verify(token)).toBe(await identity.verify(token));
  });

  it('ends as one that was not, fractions of a second included', async () => {
    await using provider = await startProvider([ec]);
    const startSeconds = 1_800_000_000;
    const clock = { nowMs: 0 };
    const identityAtClock = () =>
      openIdentity({ secret: null, jwksUrl: provider.url, guestTokenSeconds: 60, now: () => clock.nowMs });
    const [remembering, fresh] = [identityAtClock(), identityAtClock()];
    const ttl = fc.double({ min: 0.001, max: 20, noNaN: true });
    await fc.assert(
      fc.asyncProperty(ttl, fc.integer({ min: 0, max: 22_000 }), async (seconds, laterMs) => {
        const token = await ec.sign({ sub: 'ada', exp: startSeconds + seconds });
        clock.nowMs = startSeconds * 1000;
        await remembering.verify(token);
        clock.nowMs += laterMs;
        const outcomes = [remembering, fresh].map((each) =>
          each.verify(token).catch((error: InvalidToken) => error.reason),
        );
        const [known, unknown] = await Promise.all(outcomes);
        expect(known).toEqual(unknown);
      }),
    );
  });
});

describe('a provider that fails', () => {
  it.each([
    ['an error', { status: 503, body: '' }],
    ['a page', { status: 200, body: '<html>' }],
    ['something else', { status: 200, body: '{"keys":7}' }],
  ])('with %s makes identity unavailable, and is asked again', async (_, answer) => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider);
    const working = provider.answer;
    provider.answer = answer;
    const token = await rsa.sign(claims);
    await expect(identity.verify(token)).rejects.toMatchObject({ name: 'IdentityUnavailable' });
    provider.answer = working;
    expect((await identity.verify(token)).viewer.id).toBe('ada');
  });

  it('by being gone does the same, but not to what is signed with the secret, or to tokens seen before', async () => {
    const provider = await startProvider([rsa]);
    const [before, after] = [identityOf(provider), identityOf(provider, secret)];
    const token = await rsa.sign(claims);
    await before.verify(token);
    await provider[Symbol.asyncDispose]();

    expect((await before.verify(token)).viewer.id).toBe('ada');
    await expect(after.verify(token)).rejects.toMatchObject({ name: 'IdentityUnavailable' });
    const guest = await after.signInAsGuest();
    expect((await after.verify(guest.token)).viewer).toEqual(guest.viewer);
  });
});
