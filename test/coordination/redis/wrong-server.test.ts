import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { connectRedis } from '../../../src/coordination/redis/coordination.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';

/** The logged reason why a node cannot use the server at this address. */
async function reasonAt(url: string): Promise<string> {
  const logs = recordLogs();
  await using _node = await connectRedis(url, { logger: logs.logger });
  const reasons = () =>
    logs.lines.flatMap((line) =>
      'reason' in line && line.msg.includes('cannot be reached') ? [String(line.reason)] : [],
    );
  return waitFor(() => reasons()[0], { withinMs: 20_000, what: 'the reason' });
}

const noRedis =
  /^Unknown RESP type \d+ .+: what answers at REDIS_URL does not speak as Redis does: .+ rediss: instead of redis:$/;
const noTls = /: what answers at REDIS_URL does not speak TLS: .+ redis: instead of rediss:, if it is Redis at all$/;

test('TLS to a Redis without it is reported in one line', async () => {
  await using redis = await startRedis();
  expect(await reasonAt(`rediss://127.0.0.1:${redis.port}`)).toMatch(/^[^\n]+ redis: instead of rediss:[^\n]*$/);
});

test('a connection without TLS to a Redis with it is reported in one line', async () => {
  await using certificate = await makeCertificate();
  await using redis = await startRedis((port) => [
    ...[
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--tls-auth-clients',
      'no',
      '--tls-ca-cert-file',
      certificate.certificate,
    ],
    ...['--tls-cert-file', certificate.certificate, '--tls-key-file', certificate.key],
  ]);
  expect(await reasonAt(`redis://127.0.0.1:${redis.port}`)).toMatch(/^[^\n]+ rediss: instead of redis:$/);
});

/** Like Postgres after an unknown message: an error, and the end of the connection. */
const likePostgres = () =>
  createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('E\0\0\0\x10SFATAL\0')));
const web = () => createHttpServer((_request, response) => response.end('hello'));

test.each<[string, () => Server]>([
  ['a web server', web],
  ['a Postgres', likePostgres],
])('%s is told from a Redis, by either kind of address', async (_what, create) => {
  const server = create().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    expect(await reasonAt(`redis://127.0.0.1:${port}`)).toMatch(noRedis);
    expect(await reasonAt(`rediss://127.0.0.1:${port}`)).toMatch(noTls);
  } finally {
    server.close();
  }
});
