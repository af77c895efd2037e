import { chown, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/engine/open.ts';
import { StoreUnusable } from '../../src/store/engine/unusable.ts';
import { type Certificate, makeCertificate } from '../support/certificate.ts';
import { onServer } from '../support/create-database.ts';
import { type PostgresServer, serverUser, startPostgres } from '../support/postgres.ts';

const password = '@:/?#% +ü';
const access = `
local all all trust
host all postgres 127.0.0.1/32 trust
host all plain 127.0.0.1/32 scram-sha-256
hostssl all encrypted 127.0.0.1/32 scram-sha-256
hostssl all "127.0.0.1" 127.0.0.1/32 cert
host all plain ::1/128 scram-sha-256`;

let folder: string;
let certificate: Certificate;
let server: PostgresServer;

/** A server with TLS, a socket, and roles that need a password, TLS or a certificate. The certificate is self-signed. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pg-'));
  certificate = await makeCertificate();
  const [key, hba] = [join(folder, 'key.pem'), join(folder, 'hba.conf')];
  await copyFile(certificate.key, key);
  await writeFile(hba, access);
  await copyFile(certificate.certificate, join(folder, 'certificate.pem'));
  const owner = serverUser();
  if (owner !== undefined) for (const path of [folder, key, hba]) await chown(path, owner.uid, owner.gid);
  server = await startPostgres([
    ...['ssl=on', `ssl_cert_file=${join(folder, 'certificate.pem')}`, `ssl_key_file=${key}`],
    ...[
      `ssl_ca_file=${join(folder, 'certificate.pem')}`,
      `hba_file=${hba}`,
      `unix_socket_directories=${folder}`,
      'listen_addresses=127.0.0.1,::1',
    ],
  ]);
  await onServer(server.url('postgres'), async (admin) => {
    for (const role of ['plain', 'encrypted', '127.0.0.1'])
      await admin.unsafe(`create role "${role}" login password '${password}'`);
    for (const name of ['plain', 'a shop']) await admin`create database ${admin(name)}`;
  });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await certificate?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const secret = encodeURIComponent(password);
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ family }) => family === 'IPv6'),
);

interface Session {
  readonly role: string;
  readonly database: string;
  readonly encrypted: boolean;
}

/** Opens a URL with placeholders: `PORT`, `SECRET`, `FOLDER` (of the socket, percent-encoded), `CA` and `KEY`. */
async function open(url: string): Promise<Session> {
  const words: Record<string, string> = {
    PORT: String(server.port),
    SECRET: secret,
    FOLDER: encodeURIComponent(folder),
    CA: certificate.certificate,
    KEY: certificate.key,
  };
  const named = url.replace(/[A-Z]{2,}/g, (word) => words[word] ?? word);
  await using database = await openDatabase({ kind: 'postgres', url: named, poolSize: 1 });
  const [session] = await database.rows<Session>(sql`
    select current_user as role, current_database() as database,
      (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted`);
  if (session === undefined) throw new Error('no row');
  return session;
}

test.each<[url: string, role: string, database: string, encrypted: boolean]>([
  ['postgres://plain:SECRET@127.0.0.1:PORT', 'plain', 'plain', true],
  ['postgresql://plain:SECRET@127.0.0.1:PORT/a%20shop', 'plain', 'a shop', true],
  ['postgres://127.0.0.1?port=PORT&user=plain&password=SECRET&dbname=a%20shop', 'plain', 'a shop', true],
  ['postgres://plain:SECRET@db.example:PORT/?hostaddr=127.0.0.1', 'plain', 'plain', true],
  ['postgres://plain@FOLDER:PORT/a%20shop', 'plain', 'a shop', false],
  ['postgres://plain@/a%20shop?host=FOLDER&port=PORT&sslmode=verify-full', 'plain', 'a shop', false],
  ['postgres://plain@:PORT/?host=FOLDER', 'plain', 'plain', false],
  // Skips servers that refuse connections, or are no servers.
  ['postgres://plain:SECRET@127.0.0.1:1,127.0.0.1:PORT', 'plain', 'plain', true],
  ['postgres:///?host=/nowhere,127.0.0.1&port=PORT&user=plain&password=SECRET', 'plain', 'plain', true],
  // All kinds of TLS.
  ['postgres://plain:SECRET@127.0.0.1:PORT?sslmode=disable', 'plain', 'plain', false],
  ['postgres://plain:SECRET@127.0.0.1:PORT?sslmode=prefer', 'plain', 'plain', true],
  ['postgres://encrypted:SECRET@127.0.0.1:PORT/plain', 'encrypted', 'plain', true],
  ['postgres://encrypted:SECRET@127.0.0.1:PORT/plain?sslmode=allow', 'encrypted', 'plain', true],
  ['postgres://encrypted:SECRET@localhost:PORT/plain?sslmode=require&hostaddr=127.0.0.1', 'encrypted', 'plain', true],
  [
    'postgres://encrypted:SECRET@localhost:PORT/plain?sslmode=verify-ca&sslrootcert=CA&hostaddr=127.0.0.1',
    'encrypted',
    'plain',
    true,
  ],
  ['postgres://encrypted:SECRET@127.0.0.1:PORT/plain?sslmode=verify-full&sslrootcert=CA', 'encrypted', 'plain', true],
  [
    'postgres://encrypted:SECRET@127.0.0.1:PORT/plain?sslmode=require&channel_binding=require&sslrootcert=CA',
    'encrypted',
    'plain',
    true,
  ],
  ['postgres://127.0.0.1@127.0.0.1:PORT/plain?sslmode=require&sslcert=CA&sslkey=KEY', '127.0.0.1', 'plain', true],
  // Parameters of other clients are not sent to the server, which would refuse them.
  [
    'postgres://plain:SECRET@127.0.0.1:PORT?pgbouncer=true&connection_limit=1&channel_binding=prefer',
    'plain',
    'plain',
    true,
  ],
  [
    'postgres://plain:SECRET@127.0.0.1:PORT?target_session_attrs=read-write&keepalives=1&gssencmode=disable',
    'plain',
    'plain',
    true,
  ],
])('connects by %s', async (url, role, database, encrypted) => {
  expect(await open(url)).toEqual({ role, database, encrypted });
});

test.skipIf(!hasIpv6)('connects to an IPv6 address', async () => {
  expect(await open('postgres://plain:SECRET@[::1]:PORT')).toEqual({
    role: 'plain',
    database: 'plain',
    encrypted: true,
  });
});

test.each<[url: string, message: RegExp]>([
  [
    'postgres://plain:wrong@127.0.0.1:PORT',
    /^the database cannot be used: password authentication failed .*"plain".*\(plain at 127.0.0.1:\d+\)$/,
  ],
  [
    'postgres://nobody@127.0.0.1:PORT/plain',
    /^the database cannot be used: no pg_hba.conf entry .*; see its pg_hba.conf/,
  ],
  [
    'postgres://plain:SECRET@127.0.0.1:PORT/nowhere',
    /^the database cannot be used: .*"nowhere" does not exist .*\(nowhere at/,
  ],
  ['postgres://encrypted:SECRET@127.0.0.1:PORT/plain?sslmode=disable', /no encryption; .*say sslmode=require/],
  [
    'postgres://plain:SECRET@127.0.0.1:1/shop',
    /^the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1 \(shop at 127.0.0.1:1\)$/,
  ],
  [
    'postgres://plain:SECRET@127.0.0.1:1,127.0.0.1:2/shop',
    /^the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1 /,
  ],
  [
    'postgres://plain:SECRET@nowhere.invalid/shop',
    /^the database cannot be reached: .*(ENOTFOUND|EAI_AGAIN) .*\(shop at nowhere.invalid:5432\)$/,
  ],
  ['postgres:///shop?host=/nowhere', /^the database cannot be reached: connect ENOENT \/nowhere\/.s.PGSQL.5432 /],
  [
    'postgres://plain:SECRET@127.0.0.1:PORT?sslmode=verify-full',
    /^the database cannot be reached: self-signed certificate; .*sslrootcert/,
  ],
  [
    'postgres://plain:SECRET@127.0.0.1:PORT?sslmode=require&channel_binding=require',
    /self-signed certificate; .*sslrootcert/,
  ],
  [
    'postgres://plain:SECRET@localhost:PORT?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=CA',
    /altnames.*; .*sslmode=verify-ca/,
  ],
])('says in a line, without the password, why it cannot connect by %s', async (url, message) => {
  const error = await open(url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreUnusable);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toMatch(/\n|SECRET/);
  expect((error as Error).message).not.toContain(password);
});

test('reports that a server has no TLS, if that is required', async () => {
  await using unencrypted = await startPostgres();
  const url = `${unencrypted.url('postgres')}?sslmode=require`;
  await expect(open(url)).rejects.toThrow(/cannot be reached: .*offers no TLS.*sslmode=disable/);
  expect(await open(unencrypted.url('postgres'))).toMatchObject({ encrypted: false });
});
