import { once } from 'node:events';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseRedisUrl } from '../../../src/config/redis-url.ts';
import { connectToNode } from '../../../src/coordination/redis/topology/client.ts';
import { startNodeProcess } from '../../realtime/node-process.ts';
import { type Certificate, makeCertificate } from '../../support/certificate.ts';
import type { LocalServer } from '../../support/local-server.ts';
import { type RedisServer, type RedisSettings, startRedis } from '../../support/redis.ts';
import { startSentinel } from '../../support/sentinel.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { LogLine } from '../logs.ts';
import { UNREACHABLE, watchedNode } from './watched-node.ts';

const nextTick = promisify(process.nextTick);

const auth = ['--requirepass', 'the-password'];

let certificate: Certificate;
let redis: RedisServer;
let sentinel: LocalServer;
let clusterNode: RedisServer;

/** Only TLS, on the one port. */
const encrypted =
  (...more: string[]): RedisSettings =>
  (port) => [
    ...['--port', '0', '--tls-port', String(port), '--tls-replication', 'yes', '--tls-cluster', 'yes'],
    ...['--tls-cert-file', certificate.certificate, '--tls-key-file', certificate.key],
    ...['--tls-ca-cert-file', certificate.certificate, '--tls-auth-clients', 'no', ...more],
  ];

beforeAll(async () => {
  certificate = await makeCertificate();
  redis = await startRedis(encrypted(...auth));
  sentinel = await startSentinel(encrypted());
  await ask(sentinel, ['SENTINEL', 'MONITOR', 'mymaster', '127.0.0.1', redis.port, 1]);
  await ask(sentinel, ['SENTINEL', 'SET', 'mymaster', 'auth-pass', 'the-password']);
  clusterNode = await startRedis(encrypted('--cluster-enabled', 'yes', ...auth));
  await ask(clusterNode, ['CLUSTER', 'ADDSLOTSRANGE', 0, 16_383], 'the-password');
});
afterAll(async () => {
  for (const server of [sentinel, redis, clusterNode]) await server?.[Symbol.asyncDispose]();
  await certificate?.[Symbol.asyncDispose]();
});

/** Like a client that does not verify certificates. */
async function ask(
  { port }: LocalServer,
  [name = '', ...args]: readonly (string | number)[],
  password?: string,
): Promise<void> {
  const options = { port, tls: { rejectUnauthorized: false } };
  const client = new Redis(password === undefined ? options : { ...options, password });
  await client.call(String(name), ...args);
  client.disconnect();
}

const urls: Record<string, () => string> = {
  'a server': () => `rediss://:the-password@127.0.0.1:${redis.port}`,
  'the master of a sentinel': () => `rediss+sentinel://:the-password@127.0.0.1:${sentinel.port}/mymaster`,
  'a cluster': () => `rediss+cluster://:the-password@127.0.0.1:${clusterNode.port}`,
};

test.each(Object.entries(urls))(
  '%s is reached by TLS with a certificate that NODE_EXTRA_CA_CERTS vouches for',
  async (_, url) => {
    const env = { NODE_EXTRA_CA_CERTS: certificate.certificate, DATA_DIR: 'memory://', REDIS_URL: url() };
    await using node = await startNodeProcess(env);
    const isNormal = async () => {
      const { level } = (await (await fetch(new URL('/readyz', node.graphqlUrl))).json()) as { level: string };
      return level === 'NORMAL';
    };
    await waitFor(isNormal, { withinMs: 10_000, what: 'the node to reach Redis' });
  },
);

test.each(Object.entries(urls))('%s is not trusted without', async (_, url) => {
  await using a = await watchedNode({ url: url() });
  expect(a.node.reachable).toBe(false);
  const { reason } = a.logs.lines.find(({ msg }) => msg === UNREACHABLE) as { reason?: string } & LogLine;
  // ioredis only reports which sentinel it cannot reach.
  expect(reason).toMatch(/self-signed certificate|^failed to connect to sentinel 127.0.0.1:\d+ /);
  expect(JSON.stringify(a.logs.lines)).not.toContain('the-password');
});

test('a connection that is closed during a handshake with an untrusted server ends without an uncaught error', async () => {
  const address = { host: '127.0.0.1', port: redis.port };
  const target = parseRedisUrl(`rediss://127.0.0.1:${redis.port}`);
  // The error arrives in time only sometimes.
  for (let nth = 0; nth < 20; nth++) {
    const client = connectToNode(target, address);
    const refused = once(client, 'error');
    // Before the next turn of the event loop, in which it may connect.
    while (!client.stream) await nextTick();
    await once(client.stream, 'connect');
    client.disconnect();
    expect((await refused)[0]).toMatchObject({ message: 'self-signed certificate' });
  }
});

test('repeated errors leave only one listener', async () => {
  const client = connectToNode(parseRedisUrl(`rediss://127.0.0.1:${redis.port}`), {
    host: '127.0.0.1',
    port: redis.port,
  });
  await once(client, 'error');
  const before = client.stream.listenerCount('error');
  for (let nth = 0; nth < 20; nth++) client.emit('error', new Error('All sentinels are unreachable'));
  expect(client.stream.listenerCount('error')).toBe(before);
  client.disconnect();
});
