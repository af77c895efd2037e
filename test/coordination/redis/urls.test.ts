import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectRedis, RedisUnusable } from '../../../src/coordination/redis/coordination.ts';
import { startNode } from '../../support/node.ts';
import { startRedis } from '../../support/redis.ts';
import { recordLogs } from '../logs.ts';
import { UNREACHABLE, watchedNode } from './watched-node.ts';

/** The logged reason why Redis does not fit the URL. */
async function reasonOf(url: string): Promise<unknown> {
  await using node = await watchedNode({ url });
  expect(node.node.reachable).toBe(false);
  return Reflect.get(node.logs.lines.find(({ msg }) => msg === UNREACHABLE) ?? {}, 'reason');
}

test.each(['unix://', 'redis+socket://', 'valkey+unix://'])('nodes reach Redis by its socket, %s', async (scheme) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-socket-'));
  const socket = join(folder, 'redis.sock');
  const redis = await startRedis(['--unixsocket', socket]);
  try {
    await using node = await watchedNode({ url: `${scheme}${socket}?db=2` });
    await node.reachable(true);
    const limiter = node.node.rateLimiter('mutations', 5);
    await limiter.consume('ann');
    const other = await startNode({ env: { REDIS_URL: `${scheme}${socket}?db=2` } });
    await other[Symbol.asyncDispose]();
    expect(String(await redis.cli('INFO', 'keyspace'))).toContain('db2:keys=1');
  } finally {
    await redis[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
});

test('valkey:// means redis://', async () => {
  await using redis = await startRedis();
  await using node = await watchedNode({ url: redis.url.replace('redis:', 'valkey:') });
  await node.reachable(true);
});

test('an unknown database aborts the start', async () => {
  await using redis = await startRedis();
  const opening = connectRedis(`${redis.url}/99`, { logger: recordLogs().logger });
  await expect(opening).rejects.toThrow(RedisUnusable);
  await expect(opening).rejects.toThrow(/^Redis has no database 99, which REDIS_URL names; /);
});

test.each([
  ['+@all -config ~* &* -psubscribe', /^NOPERM .*'psubscribe' command: grant it to the user/],
  ['+@all ~* &* -eval -evalsha', /^NOPERM .*'(evalsha|eval)' command: grant it/],
  ['+@all ~* &* -publish', /^NOPERM .*'publish' command: grant it/],
  ['+@all ~other:* &*', /^NOPERM .*key.*: grant it/],
  ['+@all ~* resetchannels', /^NOPERM .*channel.*: grant it/],
])('what a user of Redis lacks is said: %s', async (rights, reason) => {
  await using redis = await startRedis();
  await redis.cli('ACL', 'SETUSER', 'holdfast', 'on', '>p@ss word', ...rights.split(' '));
  const url = redis.url.replace('//', '//holdfast:p%40ss%20word@');
  expect(await reasonOf(url)).toMatch(reason);
});

test('a wrong or missing password is reported', async () => {
  await using redis = await startRedis(['--requirepass', 'the-password']);
  expect(await reasonOf(redis.url.replace('//', '//:wrong@'))).toMatch(
    /^WRONGPASS .*: REDIS_URL has another user or password/,
  );
  expect(await reasonOf(redis.url)).toMatch(/^NOAUTH .*: put the user and the password into REDIS_URL$/);
});
