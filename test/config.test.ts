import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, type SettingRow, settingsTable } from '../src/config.ts';
import { ClientAddresses } from '../src/server/client-address.ts';

const secret = 'a secret that is thirty-two bytes';
/** Required settings in production. */
const production = { NODE_ENV: 'production', PAYMENT_PROVIDER: 'test', DATA_DIR: './data' };
const databaseUrl = 'postgres://holdfast:pa55word@db:5432/holdfast';

/** Lines of the ConfigError that the environment causes; empty if it is valid. */
function problems(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env, false);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

describe('readConfig', () => {
  it('has defaults for all settings', () => {
    expect(readConfig({}, true)).toEqual({
      production: false,
      introspection: true,
      workers: 1,
      http: {
        host: '127.0.0.1',
        port: 4000,
        trustedProxies: [],
        basePath: '',
        corsOrigins: '*',
        maxConnectionsPerAddress: 1_000,
        answerStallSeconds: 30,
        maxUnreadBytes: 100_000_000,
        shutdownDelayMs: 0,
      },
      trustedOperations: { files: [], only: false },
      metrics: null,
      log: { level: 'info', format: 'pretty' },
      database: { kind: 'embedded', dataDir: './data' },
      demoEvent: true,
      redisUrl: null,
      identity: {
        ...{ secret: { kind: 'persisted', dataDir: './data' }, jwksUrl: null, guestTokenSeconds: 86_400 },
        ...{ issuers: [], audiences: [], rolesClaim: 'roles' },
      },
      reservations: {
        reservationSeconds: 600,
        extensionSeconds: 300,
        maxExtensions: 1,
        maxActiveReservations: 3,
        maxSeatsPerReservation: 10,
      },
      limits: {
        mutationsPerMinute: 60,
        guestSignInsPerMinute: 300,
        queriesPerMinute: 6_000,
        queryCostPerSecond: 200_000,
        maxQueryCost: 50_000,
        guestMutationsPerMinute: 1200,
        maxSeatsPerAddress: 100,
      },
      admission: { maxInFlight: 5_000, maxLagMs: 1_500 },
      paymentProvider: { name: 'test' },
      paymentSeconds: 30,
      historyDays: 30,
      seatMapFrameMs: 50,
      maxSeatMaps: 1_000,
      websockets: {
        maxSockets: 20_000,
        maxSocketsPerAddress: 500,
        maxSubscriptions: 100,
        operationsPerMinute: 600,
        maxMessageBytes: 100_000,
        initSeconds: 5,
        unreadBytes: 128_000,
        stallSeconds: 60,
      },
    });
  });

  it('treats empty values as not set', () => {
    const empty = Object.fromEntries(settingsTable.map(({ name }) => [name, '  ']));
    expect(readConfig(empty, false)).toEqual(readConfig({}, false));
  });

  it('reads a deployment on Postgres and Redis', () => {
    const config = readConfig({
      NODE_ENV: 'production',
      PAYMENT_PROVIDER: 'test',
      HOST: '0.0.0.0',
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: '25',
      REDIS_URL: 'rediss://user:pa55word@redis:6380',
      JWT_SECRET: secret,
      JWKS_URL: 'https://login.example/.well-known/jwks.json',
      JWT_ISSUER: 'https://login.example/',
      JWT_AUDIENCE: 'tickets, https://tickets.example/api',
      JWT_ROLES_CLAIM: 'https://tickets.example/roles',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      CORS_ORIGINS: 'https://Tickets.example:443/, capacitor://localhost',
    });
    expect(config.database).toEqual({ kind: 'postgres', url: databaseUrl, poolSize: 25 });
    expect(config.redisUrl).toBe('rediss://user:pa55word@redis:6380');
    expect(config.identity.secret).toEqual({ kind: 'given', secret });
    expect(config.identity.jwksUrl).toBe('https://login.example/.well-known/jwks.json');
    expect(config.identity.issuers).toEqual(['https://login.example/']);
    expect(config.identity.audiences).toEqual(['tickets', 'https://tickets.example/api']);
    expect(config.identity.rolesClaim).toBe('https://tickets.example/roles');
    expect(config.http.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
    expect(config.http.corsOrigins).toEqual(['https://tickets.example', 'capacitor://localhost']);
    expect(config.production).toBe(true);
  });

  it('keeps the log readable by machines in production and away from terminals', () => {
    expect(readConfig(production, true).log.format).toBe('json');
    expect(readConfig({}, false).log.format).toBe('json');
    expect(readConfig({ ...production, LOG_FORMAT: 'pretty' }, false).log.format).toBe('pretty');
  });

  it('allows introspection outside production unless a setting forbids it', () => {
    const introspection = (env: NodeJS.ProcessEnv) => readConfig(env).introspection;
    expect(introspection({ NODE_ENV: 'test' })).toBe(true);
    expect(introspection({ NODE_ENV: 'test', INTROSPECTION: 'false' })).toBe(false);
    expect(introspection(production)).toBe(false);
    expect(introspection({ ...production, INTROSPECTION: 'true' })).toBe(true);
  });

  it('limits the guests of a network in proportion to the limit of one guest', () => {
    const guestMutations = (env: NodeJS.ProcessEnv) => readConfig(env).limits.guestMutationsPerMinute;
    expect(guestMutations({ RATE_LIMIT_PER_MINUTE: '7' })).toBe(140);
    expect(guestMutations({ RATE_LIMIT_PER_MINUTE: '0' })).toBe(0);
    expect(guestMutations({ MAX_SEATS_PER_ADDRESS: '0' })).toBe(0);
  });

  it('limits guest sign-ins in proportion to mutations', () => {
    const guestSignIns = (env: NodeJS.ProcessEnv) => readConfig(env).limits.guestSignInsPerMinute;
    expect(guestSignIns({ RATE_LIMIT_PER_MINUTE: '7' })).toBe(35);
    expect(guestSignIns({ RATE_LIMIT_PER_MINUTE: '0' })).toBe(0);
    expect(guestSignIns({ RATE_LIMIT_PER_MINUTE: '0', GUEST_SIGN_INS_PER_MINUTE: '9' })).toBe(9);
  });
});

describe('the keys of tokens', () => {
  it('must be given where several nodes may share a database', () => {
    expect(problems({ DATABASE_URL: databaseUrl })).toEqual([
      'JWT_SECRET is not set; expected it (at least 32 bytes) or JWKS_URL where DATABASE_URL is set',
    ]);
    expect(problems({ DATABASE_URL: databaseUrl, JWT_SECRET: secret })).toEqual([]);
    expect(problems({ DATABASE_URL: databaseUrl, JWKS_URL: 'http://login/jwks' })).toEqual([]);
  });

  it('are not created with an identity provider', () => {
    expect(readConfig({ JWKS_URL: 'http://login/jwks' }).identity.secret).toBeNull();
  });

  it('of a provider need an issuer and an audience in production, because it also signs for other applications', () => {
    const provided = { ...production, JWKS_URL: 'https://login.example/jwks', JWT_SECRET: secret };
    const where = 'where JWKS_URL is set and NODE_ENV is production';
    expect(problems(provided)).toEqual([
      `JWT_ISSUER is not set; expected it, such as https://login.example/, ${where}`,
      `JWT_AUDIENCE is not set; expected it, such as https://tickets.example/api, ${where}`,
    ]);
    expect(problems({ ...provided, JWT_ISSUER: 'https://login.example/' })).toHaveLength(1);
    expect(problems({ ...provided, JWT_ISSUER: 'a', JWT_AUDIENCE: 'b' })).toEqual([]);
    expect(problems({ ...provided, NODE_ENV: 'development' })).toEqual([]);
  });

  it('refuse a short secret, counted in bytes', () => {
    expect(problems({ JWT_SECRET: 'x'.repeat(31) })).toHaveLength(1);
    expect(problems({ JWT_SECRET: 'ß'.repeat(16) })).toEqual([]);
  });
});

describe('production', () => {
  const named = { DATABASE_URL: databaseUrl, JWT_SECRET: secret };

  it('needs an explicit payment provider and database', () => {
    expect(problems({ NODE_ENV: 'production' })).toEqual([
      'PAYMENT_PROVIDER is not set; expected stripe, or test, which takes no money, where NODE_ENV is production',
      'DATABASE_URL is not set; expected it, or DATA_DIR for the embedded database, where NODE_ENV is production',
    ]);
    expect(problems({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'test' })).toHaveLength(1);
    expect(problems({ NODE_ENV: 'production', ...named })).toHaveLength(1);
    expect(problems({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'test', ...named })).toEqual([]);
    expect(problems(production)).toEqual([]);
    expect(problems({ ...production, PAYMENT_PROVIDER: 'paypal' })).toEqual([
      'PAYMENT_PROVIDER is "paypal"; expected one of test, stripe',
    ]);
  });

  it('needs all keys of Stripe where that is the provider', () => {
    const stripe = { ...production, PAYMENT_PROVIDER: 'stripe' };
    const where = 'expected it where PAYMENT_PROVIDER is stripe and NODE_ENV is production';
    expect(problems(stripe)).toEqual([
      `STRIPE_SECRET_KEY is not set; ${where}`,
      `STRIPE_PUBLISHABLE_KEY is not set; ${where}`,
      `STRIPE_WEBHOOK_SECRET is not set; ${where}`,
    ]);
    const keys = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_PUBLISHABLE_KEY: 'pk_live_1' };
    expect(problems({ ...stripe, ...keys, STRIPE_WEBHOOK_SECRET: 'whsec_1' })).toEqual([]);
    expect(problems({ PAYMENT_PROVIDER: 'stripe' })).toEqual([
      'STRIPE_SECRET_KEY is not set; expected it where PAYMENT_PROVIDER is stripe',
    ]);
    expect(problems({ PAYMENT_PROVIDER: 'stripe', ...keys, STRIPE_PUBLISHABLE_KEY: 'pk_test_1' })).toEqual([
      'STRIPE_PUBLISHABLE_KEY is a test key; expected a live key, as STRIPE_SECRET_KEY is',
    ]);
  });

  it('has a demo event only on request, like any database except the embedded one', () => {
    const demoEvent = (env: NodeJS.ProcessEnv) => readConfig(env).demoEvent;
    expect(demoEvent({})).toBe(true);
    expect(demoEvent({ DEMO_EVENT: 'false' })).toBe(false);
    expect(demoEvent(named)).toBe(false);
    expect(demoEvent({ ...named, DEMO_EVENT: 'true' })).toBe(true);
    expect(demoEvent(production)).toBe(false);
    expect(demoEvent({ ...production, DEMO_EVENT: 'true' })).toBe(true);
  });
});

describe('several workers', () => {
  it('need a shared store and Redis, named in one line', () => {
    const shared = { DATABASE_URL: databaseUrl, REDIS_URL: 'redis://redis', JWT_SECRET: secret };
    const { DATABASE_URL: _, ...withoutDatabase } = shared;
    const { REDIS_URL: __, ...withoutRedis } = shared;
    expect(readConfig({ ...shared, WORKERS: '4' }).workers).toBe(4);
    const otherwise = 'expected 1, or Postgres and Redis for the workers to share';
    expect(problems({ WORKERS: '4' })).toEqual([`WORKERS is 4 without DATABASE_URL and REDIS_URL; ${otherwise}`]);
    expect(problems({ ...withoutDatabase, WORKERS: '2' })).toEqual([`WORKERS is 2 without DATABASE_URL; ${otherwise}`]);
    expect(problems({ ...withoutRedis, WORKERS: '2' })).toEqual([`WORKERS is 2 without REDIS_URL; ${otherwise}`]);
    expect(problems({ ...withoutRedis, WORKERS: '1' })).toEqual([]);
    expect(problems({ WORKERS: '0' })).toEqual(['WORKERS is "0"; expected a whole number from 1 to 256']);
  });
});

describe('a wrong value', () => {
  it('has one line each', () => {
    expect(problems({ PORT: '80a', LOG_LEVEL: 'loud', RESERVATION_SECONDS: '86401' })).toEqual([
      'PORT is "80a"; expected a whole number from 0 to 65535',
      'LOG_LEVEL is "loud"; expected one of trace, debug, info, warn, error, fatal, silent',
      'RESERVATION_SECONDS is "86401"; expected a whole number from 1 to 86400',
    ]);
  });

  it('stays on its line, and is truncated', () => {
    const lines = problems({ PORT: `1\n2${'0'.repeat(500)}` });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(150);
  });

  it.each([
    ['NODE_ENV', 'Production'],
    ['HOST', 'http://localhost'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '1e3'],
    ['RESERVATION_SECONDS', '0'],
    ['RESERVATION_SECONDS', '2.5'],
    ['MAX_ACTIVE_RESERVATIONS', '0'],
    ['DATA_DIR', 'idb://holdfast'],
    ['DATABASE_URL', 'mysql://db/holdfast'],
    ['REDIS_URL', 'http://redis:6379'],
    ['REDIS_URL', 'redis://'],
    ['JWKS_URL', 'https://user:pa55word@login.example/jwks'],
    ['JWT_ISSUER', ','],
    ['JWT_ISSUER', 'our house'],
    ['JWT_AUDIENCE', 'x'.repeat(256)],
    ['JWT_ROLES_CLAIM', 'a\nb'],
    ['TRUSTED_PROXIES', 'localhost'],
    ['TRUSTED_PROXIES', '10.0.0.0/0'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.1,10.0.0'],
    ['STRIPE_SECRET_KEY', 'pk_test_1'],
    ['STRIPE_SECRET_KEY', 'sk_test_1 sk_test_2'],
    ['STRIPE_PUBLISHABLE_KEY', 'sk_live_1'],
    ['STRIPE_WEBHOOK_SECRET', 'secret'],
    ['STRIPE_WEBHOOK_SECRET', ','],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_1,whsec_2,whsec_3'],
    ['STRIPE_CAPTURE', 'later'],
    ['STRIPE_API_URL', 'api.stripe.com'],
    ['STRIPE_API_URL', 'https://api.stripe.com/v1'],
    ['CORS_ORIGINS', 'tickets.example'],
    ['CORS_ORIGINS', 'https://tickets.example/shop'],
    ['CORS_ORIGINS', '*, https://tickets.example'],
  ])('is refused: %s=%s', (name, value) => {
    const lines = problems({ JWT_SECRET: secret, [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name} is .+; expected .+$`));
  });

  it('is never shown if it may be confidential', () => {
    const password = fc.stringMatching(/^[0-9]{8,12}$/);
    const urls = ['DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'JWKS_URL'] as const;
    const stripes = ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET'] as const;
    const confidential = fc.constantFrom(...urls, ...stripes);
    const around = fc.constantFrom(['', ''], ['user:', '@host'], ['ftp://user:', '@host'], ['redis://:', '@:x']);
    fc.assert(
      fc.property(confidential, password, around, (name, word, [before, after]) => {
        const lines = problems({ JWT_SECRET: secret, [name]: `${before}${word}${after}` });
        expect(lines).toHaveLength(1);
        expect(lines.join()).not.toContain(word);
      }),
    );
  });

  it('is refused for every whole number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer({ min: -10, max: 70_000 }).map(String)), (text) => {
        const accepted = problems({ PORT: text }).length === 0;
        const wholeNumber = /^\d+$/.test(text.trim()) && Number(text) <= 65_535;
        expect(accepted).toBe(wholeNumber || text.trim() === '');
      }),
    );
  });
});

describe('Postgres URLs', () => {
  it.each([
    databaseUrl,
    'postgresql://db/holdfast?sslmode=require',
    'postgres://user:a,b@one:5432,two:5433/holdfast',
    'postgres:///holdfast',
  ])('may be %s', (url) => {
    expect(problems({ DATABASE_URL: url, JWT_SECRET: secret })).toEqual([]);
  });
});

describe('trusted proxies', () => {
  it('are those of proxy-addr, or none', () => {
    const networks = ['10.0.0.1', '0.0.0.0/1', '10.0.0.1/32', '::1', 'fe80::/10', '::ffff:10.0.0.1', '::/1', '::1/128'];
    for (const list of [[], networks]) {
      const { trustedProxies } = readConfig({ TRUSTED_PROXIES: list.join(', ') }).http;
      expect(trustedProxies).toEqual(list);
      expect(() => new ClientAddresses(trustedProxies, pino())).not.toThrow();
    }
  });
});

describe('the documentation', () => {
  it('matches docs/settings.md', () => {
    expect(documented('../docs/settings.md')).toEqual(settingsTable);
  });

  it("matches the README's settings", () => {
    const truth = new Map(settingsTable.map((row) => [row.name, row.default]));
    for (const row of documented('../README.md'))
      expect([row.name, row.default]).toEqual([row.name, truth.get(row.name)]);
  });
});

/** Rows of a Markdown file's tables of settings, whose first cell is a name in capitals. */
function documented(path: string): readonly SettingRow[] {
  const file = new URL(path, import.meta.url);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return [...text.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \| (.+?) \| (.+?) \|$/gm)].map(
    ([, name = '', byDefault = '', meaning = '']) => ({ name, default: byDefault, meaning }),
  );
}
