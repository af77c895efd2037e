import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { exportSPKI, SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { clockSkewSeconds } from '../../src/identity/claims.ts';
import type { InvalidToken } from '../../src/identity/errors.ts';
import { type IdentityOptions, openIdentity } from '../../src/identity/identity.ts';
import { providerKeys } from '../../src/identity/provider-keys.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Provider, providerKey, startEndless, startProvider } from './provider.ts';

const secret = 'a secret that is thirty-two bytes';
const exp = Math.floor(Date.now() / 1000) + 600;
const claims = { sub: 'ada', exp, roles: ['organizer'] };

const rsa = await providerKey('RS256', 'rsa');
const ec = await providerKey('ES256', 'ec');

/** Ids of viewers include the issuer. */
const adaOf = (iss: string) => `oidc:${iss} ada`;

function identityOf(provider: Provider, given: string | null = null, options: Partial<IdentityOptions> = {}) {
  return openIdentity({ secret: given, jwksUrl: provider.url, guestTokenSeconds: 60, ...options });
}

describe("an identity provider's token", () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('is accepted when signed with %s', async (alg) => {
    const key = await providerKey(alg, 'key');
    await using provider = await startProvider([key]);
    expect(await identityOf(provider).verify(await key.sign(claims))).toEqual({
      viewer: { id: adaOf(''), roles: ['CUSTOMER', 'ORGANIZER'] },
      expiresAtMs: (exp + clockSkewSeconds) * 1000,
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
    expect((await identity.verify(await rsa.sign(claims))).viewer.id).toBe(adaOf(''));
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

describe("an identity provider's viewer", () => {
  it('differs from those of tokens signed with the secret, guests, and other issuers', async () => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider, secret);
    const guest = await identity.signInAsGuest();
    const own = await identity.sign({ sub: 'ada', roles: [], ttlSeconds: 60 });
    const tokens = [
      guest.token,
      own.token,
      await rsa.sign({ ...claims, sub: guest.viewer.id }),
      await rsa.sign(claims),
      await rsa.sign({ ...claims, iss: 'https://a.example/' }),
      await rsa.sign({ ...claims, iss: 'https://b.example/' }),
      await rsa.sign({ ...claims, iss: 'https://a.example', sub: '/ ada' }),
    ];
    const ids = await Promise.all(tokens.map(async (token) => (await identity.verify(token)).viewer.id));
    expect(new Set(ids).size).toBe(tokens.length);
    expect(ids.slice(0, 2)).toEqual([guest.viewer.id, 'ada']);
  });

  it.each(['', 'two words', 'x'.repeat(256), 7, null])('has no issuer like %j', async (iss) => {
    await using provider = await startProvider([rsa]);
    await expect(identityOf(provider).verify(await rsa.sign({ ...claims, iss }))).rejects.toMatchObject({
      name: 'InvalidToken',
      reason: 'issuer not accepted',
    });
  });
});

describe('with an issuer and an audience set', () => {
  const rules = { issuers: ['https://login.example/'], audiences: ['tickets'] };
  const good = { ...claims, iss: 'https://login.example/', aud: 'tickets' };

  it('a token for this server is accepted', async () => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider, null, rules);
    for (const aud of ['tickets', ['account', 'tickets']]) {
      const { viewer } = await identity.verify(await rsa.sign({ ...good, aud }));
      expect(viewer).toEqual({ id: adaOf('https://login.example/'), roles: ['CUSTOMER', 'ORGANIZER'] });
    }
  });

  it.each([
    [{ aud: 'newsletter' }, 'audience not accepted'],
    [{ aud: undefined }, 'audience not accepted'],
    [{ aud: [] }, 'audience not accepted'],
    [{ iss: 'https://login.example' }, 'issuer not accepted'],
    [{ iss: undefined }, 'issuer not accepted'],
  ])("an organizer's token of another application is refused: %j", async (changes, reason) => {
    await using provider = await startProvider([rsa]);
    const token = await rsa.sign({ ...good, ...changes });
    await expect(identityOf(provider, null, rules).verify(token)).rejects.toMatchObject({
      name: 'InvalidToken',
      reason,
    });
  });
});

describe("an identity provider's token that was not made for requests", () => {
  it.each([
    [{ typ: 'logout+jwt' }, {}, 'type not accepted'],
    [{ typ: 'JWT' }, { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, 'type not accepted'],
    [{ typ: 'at+jwt' }, { iat: exp }, 'not valid yet'],
  ])('is refused: %j %j', async (header, more, reason) => {
    await using provider = await startProvider([rsa]);
    const token = await rsa.sign({ ...claims, ...more }, header);
    await expect(identityOf(provider).verify(token)).rejects.toMatchObject({ name: 'InvalidToken', reason });
  });

  it.each([{}, { typ: 'JWT' }, { typ: 'at+jwt' }, { typ: 'application/at+jwt' }])(
    'is not told by %j',
    async (header) => {
      await using provider = await startProvider([rsa]);
      const token = await rsa.sign({ ...claims, iat: exp - 600 + clockSkewSeconds - 1 }, header);
      expect((await identityOf(provider).verify(token)).viewer.id).toBe(adaOf(''));
    },
  );
});

describe('its roles', () => {
  it('are in the claim that is set, and in no other', async () => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider, null, { rolesClaim: 'realm_access.roles' });
    const rolesBy = async (more: object) =>
      (await identity.verify(await rsa.sign({ sub: 'ada', exp, ...more }))).viewer.roles;
    expect(await rolesBy({ realm_access: { roles: ['organizer'] } })).toEqual(['CUSTOMER', 'ORGANIZER']);
    expect(await rolesBy({ roles: ['organizer'] })).toEqual(['CUSTOMER']);
  });
});

describe('a token seen before', () => {
  it('is cached instead of verified again', async () => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider);
    const token = await rsa.sign(claims);
    expect(await identity.verify(token)).toBe(await identity.verify(token));
  });

  it('is verified again after ten minutes, and accepted while the keys are not available', async () => {
    const clock = { nowMs: Date.now() };
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider, null, { now: () => clock.nowMs });
    const token = await rsa.sign({ sub: 'ada', exp: exp + 86_400 });
    const verified = await identity.verify(token);
    // jose reloads a list older than ten minutes by the time of day, not by `clock`.
    vi.useFakeTimers({ toFake: ['Date'], now: clock.nowMs + 601_000 });
    try {
      clock.nowMs = Date.now();
      provider.answer = { status: 503, body: '' };
      expect(await identity.verify(token)).toBe(verified);
      provider.answer = { status: 200, body: '{"keys":[]}' };
      expect(await identity.verify(token)).toBe(verified);
      clock.nowMs += 31_000;
      await expect(identity.verify(token)).rejects.toMatchObject({ reason: 'unknown key' });
      await expect(identity.verify(token)).rejects.toMatchObject({ reason: 'unknown key' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('expires like a new one, including fractions of a second', async () => {
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

describe('a key that cannot be used', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const shortJwk = short.publicKey.export({ format: 'jwk' });

  it.each([
    ['too short', { keys: [{ ...shortJwk, kid: 'rsa', alg: 'RS256', use: 'sig' }] }],
    ['without a modulus', { keys: [{ ...rsa.jwk, n: undefined }] }],
    ['with a broken modulus', { keys: [{ ...rsa.jwk, n: '???' }] }],
    ['oversized', { keys: [{ ...rsa.jwk, n: Buffer.alloc(4_000, 255).toString('base64url') }] }],
    ['with an odd exponent', { keys: [{ ...rsa.jwk, e: '' }] }],
    ['private', { keys: [{ ...rsa.jwk, d: 'AQAB' }] }],
    ['of another kind', { keys: [{ kty: 'oct', k: 'AQAB', kid: 'rsa', alg: 'RS256' }] }],
    ['no key', { keys: [null, 7, 'key', []] }],
  ])('as it is %s, refuses its tokens, and no others', async (_, list) => {
    await using provider = await startProvider([]);
    provider.answer = { status: 200, body: JSON.stringify({ keys: [...list.keys, ec.jwk] }) };
    const identity = identityOf(provider);
    await expect(identity.verify(await rsa.sign(claims))).rejects.toMatchObject({ name: 'InvalidToken' });
    expect((await identity.verify(await ec.sign(claims))).viewer.id).toBe(adaOf(''));
  });

  it('is reported as such', async () => {
    await using provider = await startProvider([]);
    provider.answer = { status: 200, body: JSON.stringify({ keys: [{ ...shortJwk, kid: 'short' }] }) };
    const content = ['{"alg":"RS256","kid":"short"}', JSON.stringify(claims)]
      .map((text) => Buffer.from(text).toString('base64url'))
      .join('.');
    const token = `${content}.${sign('sha256', Buffer.from(content), short.privateKey).toString('base64url')}`;
    await expect(identityOf(provider).verify(token)).rejects.toMatchObject({ reason: 'unusable key' });
  });
});

describe('a provider that fails', () => {
  it.each([
    ['an error', { status: 503, body: '' }],
    ['a page', { status: 200, body: '<html>' }],
    ['something else', { status: 200, body: '{"keys":7}' }],
    ['nothing', { status: 200, body: '' }],
    ['a redirect', { status: 302, body: '', headers: { location: '/elsewhere' } }],
    ['a list that is too long', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(1_000_000)}"}` }],
  ])('with %s makes identity unavailable, and is asked again', async (_, answer) => {
    await using provider = await startProvider([rsa]);
    const identity = identityOf(provider);
    const working = provider.answer;
    provider.answer = answer;
    const token = await rsa.sign(claims);
    await expect(identity.verify(token)).rejects.toMatchObject({ name: 'IdentityUnavailable' });
    provider.answer = working;
    expect((await identity.verify(token)).viewer.id).toBe(adaOf(''));
  });

  it('is logged once, in one line, and once when it is back', async () => {
    await using provider = await startProvider([rsa]);
    const working = provider.answer;
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line), info: (line: string) => lines.push(line) };
    const identity = identityOf(provider, null, { logger } as unknown as Partial<IdentityOptions>);
    provider.answer = { status: 302, body: '', headers: { location: 'https://elsewhere.example/' } };
    const token = await rsa.sign(claims);
    for (let times = 0; times < 3; times++) await identity.verify(token).catch(() => {});
    provider.answer = working;
    await identity.verify(token);
    expect(lines).toEqual([
      'the keys of JWKS_URL cannot be read: it answered with status 302; redirects are not followed',
      'the keys of JWKS_URL can be read again',
    ]);
  });

  it('with an endless key list is disconnected after the first megabyte', async () => {
    let sent = 0;
    await using server = await startEndless((socket) => {
      const chunk = 'x'.repeat(65_536);
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"keys":[],"x":"');
      const more = () => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      socket.on('drain', more);
      more();
    });
    const identity = openIdentity({ secret: null, jwksUrl: server.url, guestTokenSeconds: 60 });
    await expect(identity.verify(await rsa.sign(claims))).rejects.toMatchObject({ name: 'IdentityUnavailable' });
    await waitFor(() => server.open() === 0, { withinMs: 10_000, what: 'the connection to be closed' });
    // Plus the buffers at both ends of the connection.
    expect(sent).toBeLessThan(20_000_000);
  });

  it.each([
    ['at all', ''],
    ['to the end', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"keys":'],
  ])('by not answering %s keeps few tokens waiting, and not for long', async (_, beginning) => {
    await using server = await startEndless((socket) => socket.write(beginning));
    const key = providerKeys(server.url, undefined);
    const token = { payload: '', signature: '' };
    const answers = Array.from({ length: 600 }, () => Promise.resolve(key({ alg: 'RS256', kid: 'rsa' }, token)));
    const faults = await Promise.all(
      answers.map((answer) =>
        answer.then(
          () => null,
          (error: Error) => error,
        ),
      ),
    );
    expect(faults.map((fault) => fault?.name)).toEqual(Array.from({ length: 600 }, () => 'IdentityUnavailable'));
    // Further requests fail at once.
    const tooMany = faults.filter((fault) => /500 tokens wait/.test(String(fault?.cause)));
    expect(tooMany).toHaveLength(100);
    expect(server.requests()).toBeLessThanOrEqual(1);
  });

  it('that does not answer does not delay tokens signed with the secret', async () => {
    await using server = await startEndless(() => {});
    const identity = openIdentity({ secret, jwksUrl: server.url, guestTokenSeconds: 60 });
    let answered = false;
    const waiting = identity.verify(await rsa.sign(claims)).catch(() => {
      answered = true;
    });
    const guest = await identity.signInAsGuest();
    expect((await identity.verify(guest.token)).viewer).toEqual(guest.viewer);
    await waiting;
    expect(answered).toBe(true);
  });

  it('fails requests when it is gone, except with tokens signed with the secret, or seen before', async () => {
    const provider = await startProvider([rsa]);
    const [before, after] = [identityOf(provider), identityOf(provider, secret)];
    const token = await rsa.sign(claims);
    await before.verify(token);
    await provider[Symbol.asyncDispose]();

    expect((await before.verify(token)).viewer.id).toBe(adaOf(''));
    await expect(after.verify(token)).rejects.toMatchObject({ name: 'IdentityUnavailable' });
    const guest = await after.signInAsGuest();
    expect((await after.verify(guest.token)).viewer).toEqual(guest.viewer);
  });
});
