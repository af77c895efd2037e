import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type PostgresTarget, parsePostgresUrl } from '../../src/config/postgres-url.ts';
import { PostgresUrlError } from '../../src/config/postgres-url-error.ts';

/** Any PEM file. */
const ca = await certificateFile();

const plain = parsePostgresUrl('postgres://db');

/** Differences from the parameters of the simplest URL, with servers as `host:port`. */
function read(url: string): Record<string, unknown> {
  const { servers, ...target } = parsePostgresUrl(url);
  const differing = Object.entries(target).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(plain[name as keyof PostgresTarget]),
  );
  return { ...Object.fromEntries(differing), servers: servers.map(({ host, port }) => `${host}:${port}`) };
}

test.each<[url: string, target: Record<string, unknown>]>([
  ['postgres://db', { servers: ['db:5432'] }],
  ['POSTGRESQL://db/', { servers: ['db:5432'] }],
  ['postgres://', { servers: [':5432'] }],
  ['postgres:///shop', { servers: [':5432'], database: 'shop' }],
  ['postgres://ann@db/shop', { servers: ['db:5432'], user: 'ann', database: 'shop' }],
  ['postgres://ann:@db', { servers: ['db:5432'], user: 'ann' }],
  ['postgres://[::1]:6000/shop', { servers: ['::1:6000'], database: 'shop' }],
  ['postgres://[fe80::1%25eth0]/shop', { servers: ['fe80::1%eth0:5432'], database: 'shop' }],
  ['postgres://a:5432,b:5433,[::1]/shop', { servers: ['a:5432', 'b:5433', '::1:5432'], database: 'shop' }],
  ['postgres://a,b/shop?port=6000', { servers: ['a:6000', 'b:6000'], database: 'shop' }],
  ['postgres:///shop?host=a,b&port=1,2', { servers: ['a:1', 'b:2'], database: 'shop' }],
  ['postgres:///shop?host=/var/run/postgresql', { servers: ['/var/run/postgresql:5432'], database: 'shop' }],
  ['postgres://%2Fvar%2Frun%2Fpostgresql:6000/shop', { servers: ['/var/run/postgresql:6000'], database: 'shop' }],
  [
    'postgres://ann@/shop?host=/cloudsql/project:region:instance',
    { servers: ['/cloudsql/project:region:instance:5432'], user: 'ann', database: 'shop' },
  ],
  [
    'postgresql://other@/?dbname=shop&user=ann&password=a%26b+c',
    { servers: [':5432'], user: 'ann', password: 'a&b+c', database: 'shop' },
  ],
  // Azure's form of user names, and all characters with a meaning in URLs.
  ['postgres://ann%40server:p@db', { servers: ['db:5432'], user: 'ann@server', password: 'p' }],
  ['postgres://a%3Ab:%40%3A%2F%3F%23%25%20+@db', { servers: ['db:5432'], user: 'a:b', password: '@:/?#% +' }],
  [
    'postgres://ann:p@ss?w#rd:é@db/shöp',
    { servers: ['db:5432'], user: 'ann', password: 'p@ss?w#rd:é', database: 'shöp' },
  ],
  ['postgres://db/a%20shop?connect_timeout=7', { servers: ['db:5432'], database: 'a shop', connectTimeoutSeconds: 7 }],
  ['postgres://db?connect_timeout=0&keepalives=0', { servers: ['db:5432'], keepAliveSeconds: 0 }],
  ['postgres://db?keepalives_idle=30&keepalives_count=3', { servers: ['db:5432'], keepAliveSeconds: 30 }],
  // Settings of the session, in all notations.
  ['postgres://db?schema=tickets', { servers: ['db:5432'], session: { search_path: 'tickets' } }],
  ['postgres://db?currentSchema=tickets', { servers: ['db:5432'], session: { search_path: 'tickets' } }],
  ['postgres://db?application_name=shop', { servers: ['db:5432'], session: { application_name: 'shop' } }],
  [
    'postgres://db?options=-c%20search_path%3Dtickets,public%20-cwork_mem%3D8MB%20--lock-timeout%3D5s',
    { servers: ['db:5432'], session: { search_path: 'tickets,public', work_mem: '8MB', lock_timeout: '5s' } },
  ],
  [
    'postgres://db?options=-c%20DateStyle%3Diso,%5C%20mdy',
    { servers: ['db:5432'], session: { datestyle: 'iso, mdy' } },
  ],
  [
    'postgres://db?options=endpoint%3Dep-cool-1%20-c%20search_path%3Dtickets',
    { servers: ['db:5432'], session: { options: 'endpoint=ep-cool-1', search_path: 'tickets' } },
  ],
  // Parameters that indicate a pooler.
  ...['pgbouncer=true', 'prepare=false', 'statement_cache_size=0', 'pool_mode=transaction'].map(
    (said): [string, Record<string, unknown>] => [
      `postgres://db?${said}&connection_limit=1&pool_timeout=10&supa=base-pooler.x`,
      { servers: ['db:5432'], canPrepare: false },
    ],
  ),
  ['postgres://db?pgbouncer=false&prepare=true', { servers: ['db:5432'], canPrepare: true }],
  ['postgres://db?uselibpqcompat=true&gssencmode=prefer&target_session_attrs=read-write', { servers: ['db:5432'] }],
])('%s is read', (url, target) => {
  expect(read(url)).toEqual(target);
});

test.each<[query: string, use: string, verifies: string]>([
  ['', 'prefer', 'nothing'],
  ['sslmode=disable', 'never', 'nothing'],
  ['ssl=false', 'never', 'nothing'],
  ['sslmode=allow', 'prefer', 'nothing'],
  ['sslmode=prefer', 'prefer', 'nothing'],
  ['sslmode=require', 'always', 'nothing'],
  ['ssl=true', 'always', 'nothing'],
  ['sslmode=no-verify', 'always', 'nothing'],
  ['sslmode=require&sslaccept=strict', 'always', 'authority and name'],
  ['sslmode=require&sslrootcert=CA', 'always', 'authority'],
  ['sslrootcert=CA', 'always', 'authority'],
  ['sslmode=verify-ca', 'always', 'authority'],
  ['sslmode=verify-full', 'always', 'authority and name'],
  ['sslrootcert=system', 'always', 'authority and name'],
  ['sslmode=verify-full&sslrootcert=system', 'always', 'authority and name'],
  ['sslmode=require&channel_binding=require', 'always', 'authority and name'],
  ['sslmode=require&channel_binding=prefer', 'always', 'nothing'],
  ['sslmode=require&sslnegotiation=direct', 'always', 'nothing'],
])('TLS by %j', (query, use, verifies) => {
  const url = `postgres://db/shop?${query.replace('CA', ca)}`;
  expect(parsePostgresUrl(url).tls).toMatchObject({ use, verifies });
});

test.each([
  ['http://db', /^a URL such as postgres:\/\/user/],
  ['postgres://db:port', /^host:port with a port from 1 to 65535/],
  ['postgres://db:70000', /^host:port/],
  ['postgres://::1/shop', /an IPv6 address in brackets/],
  ['postgres://ann:pa/ss@db', /password percent-encoded/],
  ['postgres://ann:pa%ss@db', /^the password in it percent-encoded/],
  ['postgres://ann:pa%00ss@db', /^the password in it percent-encoded/],
  ['postgres://a,b/shop?port=1,2,3', /^one port for all of its hosts, or one for each/],
  ['postgres://db?sslmode', /^a value for each of its parameters/],
  ['postgres://db?sslmode=on', /^sslmode to be one of disable, allow/],
  ['postgres://db?sslrootcert=/no/ca.pem', /^to be able to read "\/no\/ca.pem", the file of sslrootcert \(ENOENT\)$/],
  [`postgres://db?sslrootcert=${import.meta.filename}`, /to be in PEM/],
  ['postgres://db?sslcert=/no/cert.pem', /^both sslcert and sslkey/],
  ['postgres://db?sslmode=require&sslrootcert=system', /^sslmode=verify-full beside sslrootcert=system$/],
  ['postgres://db?sslmode=disable&channel_binding=require', /^sslmode=require or more beside channel_binding$/],
  ['postgres://db?sslmode=prefer&sslnegotiation=direct', /^sslmode=require or more beside sslnegotiation$/],
  ['postgres://db?gssencmode=require', /^gssencmode to be disable or prefer/],
  ['postgres://db?target_session_attrs=standby', /^target_session_attrs to be any or read-write or primary/],
  ['postgres://db?client_encoding=latin1', /^client_encoding to be/],
  ['postgres://db?options=-c%20client_encoding%3Dlatin1', /^client_encoding to be/],
  ['postgres://db?pool_mode=statement', /^pool_mode to be session or transaction/],
  ['postgres://db?connect_timeout=soon', /^a whole number of seconds for connect_timeout/],
  ['postgres://db?require_auth=scram-sha-256', /without the parameter require_auth/],
  ['postgres://db?service=shop', /without the parameter service/],
])('%s cannot be used, and it is said why', (url, expected) => {
  expect(() => parsePostgresUrl(url)).toThrow(PostgresUrlError);
  expect(() => parsePostgresUrl(url)).toThrow(expected);
});

test('every user, password and database can be percent-encoded', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 }).filter((word) => !word.includes('\0'));
  fc.assert(
    fc.property(text, text, text, (user, password, database) => {
      const [u, p, d] = [user, password, database].map(encodeURIComponent);
      expect(parsePostgresUrl(`postgres://${u}:${p}@db/${d}`)).toMatchObject({ user, password, database });
      expect(parsePostgresUrl(`postgres://db?user=${u}&password=${p}&dbname=${d}`)).toMatchObject({
        user,
        password,
        database,
      });
    }),
  );
});

async function certificateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-certificate-'));
  afterAll(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ca.pem'), rootCertificates[0] ?? '');
  return join(folder, 'ca.pem');
}
