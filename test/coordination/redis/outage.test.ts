import { expect, test } from 'vitest';
import { connectRedis } from '../../../src/coordination/redis/coordination.ts';
import { startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';
import { Recorder } from '../recorder.ts';
import { UNREACHABLE, watchedNode } from './watched-node.ts';

const soon = { withinMs: 10_000 };
const eventId = 'event';
const claim = { eventId, reservationId: 'first', seatIndexes: [1] };
async function timeMs(work: () => PromiseLike<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

test('everything works without Redis after it is killed, and with it again later', async () => {
  await using redis = await startRedis();
  await using a = await watchedNode(redis);
  await using b = await watchedNode(redis);
  const [onA, onB] = [new Recorder(), new Recorder()];
  await using _a = await a.node.bus.subscribe(eventId, onA);
  await using _b = await b.node.bus.subscribe(eventId, onB);

  await redis.kill();
  await Promise.all([a.reachable(false), b.reachable(false)]);
  expect(await a.node.gate.acquire(claim)).toEqual({ answer: 'skipped' });
  await a.node.gate.confirm(claim, 1_000);
  await a.node.gate.release(claim, true);
  await a.node.gate.restore(eventId, [{ seatIndex: 1, holder: 'BOOKED', remainingMs: 1_000 }]);
  await a.node.expiry.touch([claim]);
  expect(await a.node.rateLimiter('name', 1).consume('viewer')).toEqual({ allowed: true });
  a.node.bus.publish(eventId, 'lost');

  await redis.start();
  await Promise.all([a.reachable(true), b.reachable(true)]);
  await waitFor(() => onA.gaps > 0 && onB.gaps > 0, { ...soon, what: 'both to be told of the gap' });
  a.node.bus.publish(eventId, 'heard');
  await waitFor(() => onB.messages.includes('heard'), { ...soon, what: 'the message after the gap' });
  expect(onB.messages).toEqual(['heard']);
  expect(await a.node.gate.acquire(claim)).toEqual({ answer: 'taken' });
  const expired: string[] = [];
  b.node.expiry.onExpired(({ reservationId }) => expired.push(reservationId));
  await a.node.gate.confirm(claim, 1);
  await a.node.expiry.touch([claim]);
  await waitFor(() => expired.includes('first'), { ...soon, what: 'an announcement by the restarted Redis' });

  for (const { changes, logs } of [a, b]) {
    expect(changes).toEqual([false, true]);
    expect(logs.warnings()).toEqual([UNREACHABLE]);
  }
});

test('a frozen Redis costs one bounded wait, then hardly any, and is soon disconnected', async () => {
  await using redis = await startRedis();
  await using a = await watchedNode(redis);
  const limiter = a.node.rateLimiter('name', 100);
  await a.node.gate.acquire(claim);
  redis.pause();

  const firstMs = await timeMs(async () => {
    expect(await a.node.gate.acquire(claim)).toEqual({ answer: 'skipped' });
  });
  expect(firstMs).toBeGreaterThan(150);
  expect(firstMs).toBeLessThan(3_000);
  const nextMs = await timeMs(async () => {
    for (let count = 0; count < 20; count += 1) {
      expect(await a.node.gate.acquire(claim)).toEqual({ answer: 'skipped' });
      expect(await limiter.consume('viewer')).toEqual({ allowed: true });
    }
  });
  // One request per second may try and wait. All of them would take eight seconds.
  expect(nextMs).toBeLessThan(4_000);

  await waitFor(() => !a.node.reachable, { ...soon, what: 'the frozen Redis to be given up' });
  redis.resume();
  await a.reachable(true);
  await waitFor(async () => (await a.node.gate.acquire(claim)).answer === 'taken', {
    ...soon,
    what: 'the gate to be used',
  });
  expect(a.changes).toEqual([false, true]);
});

test('requests to a frozen Redis are not sent again when it is back', async () => {
  await using redis = await startRedis();
  await using a = await watchedNode(redis);
  await redis.kill();
  await a.reachable(false);
  await a.node.gate.confirm({ ...claim, reservationId: 'stale' }, 60_000);
  await redis.start();
  await a.reachable(true);
  expect(await redis.cli('KEYS', 'hf:*')).toEqual([]);
});

test('requests in flight to a Redis that froze and died are not sent to its successor', async () => {
  await using redis = await startRedis();
  await using a = await watchedNode(redis);
  redis.pause();
  // In the same tick, so that all are sent before the first timeout.
  const asked = [
    a.node.gate.acquire({ ...claim, reservationId: 'stale' }),
    a.node.gate.confirm({ ...claim, reservationId: 'stale' }, 60_000),
    a.node.gate.restore(eventId, [{ seatIndex: 2, holder: 'BOOKED', remainingMs: 60_000 }]),
    a.node.rateLimiter('name', 10).consume('viewer'),
  ];
  a.node.bus.publish(eventId, 'stale');
  await Promise.all(asked);
  await redis.kill();
  await a.reachable(false);
  await redis.start();
  await a.reachable(true);
  expect(await redis.cli('KEYS', 'hf:*')).toEqual([]);
  await waitFor(async () => (await a.node.gate.acquire(claim)).answer === 'taken', { ...soon, what: 'the gate' });
  expect(await redis.cli('KEYS', 'hf:*')).toEqual(['hf:{event}:seat:1']);
});

test('a node starts at once without Redis, says so once, and finds it later', async () => {
  await using redis = await startRedis();
  await redis.stop();
  const start = performance.now();
  await using a = await watchedNode(redis);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(a.node.reachable).toBe(false);
  const heard = new Recorder();
  await using _ = await a.node.bus.subscribe(eventId, heard);

  await redis.start();
  await a.reachable(true);
  await waitFor(() => heard.gaps > 0, { ...soon, what: 'the listener to be told of the gap' });
  expect(a.logs.warnings()).toEqual([UNREACHABLE]);
  expect(await a.node.gate.acquire(claim)).toEqual({ answer: 'taken' });
});

test('a lost subscription is renewed, and reports a gap', async () => {
  await using redis = await startRedis();
  await using a = await watchedNode(redis);
  const heard = new Recorder();
  await using _ = await a.node.bus.subscribe(eventId, heard);
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await waitFor(() => heard.gaps === 1, { ...soon, what: 'the gap' });
  await redis.cli('PUBLISH', `hf:{${eventId}}:changes`, 'after');
  await waitFor(() => heard.messages.includes('after'), { ...soon, what: 'the message after it' });
});

test('a node that was busy does not count Redis as failing', async () => {
  await using redis = await startRedis();
  await using a = await watchedNode(redis);
  const answer = a.node.gate.acquire(claim);
  const busyUntil = performance.now() + 1_500;
  while (performance.now() < busyUntil);
  expect(await answer).toEqual({ answer: 'taken' });
  expect(await a.node.gate.acquire(claim)).toEqual({ answer: 'taken' });
  expect(a.changes).toEqual([]);
});

test('a wrong password is reported, and not shown', async () => {
  await using redis = await startRedis();
  const logs = recordLogs();
  const url = redis.url.replace('redis://', 'redis://:not-the-password@');
  await redis.cli('CONFIG', 'SET', 'requirepass', 'the-password');
  await using node = await connectRedis(url, { logger: logs.logger });
  expect(node.reachable).toBe(false);
  expect(logs.warnings()).toEqual([UNREACHABLE]);
  expect(JSON.stringify(logs.lines)).toContain('WRONGPASS');
  expect(JSON.stringify(logs.lines)).not.toContain('the-password');
});

test('a limit is counted by the node alone while Redis is gone', async () => {
  await using redis = await startRedis();
  await using a = await watchedNode(redis);
  const limiter = a.node.rateLimiter('name', 2);
  const allowed = async (viewer: string) => (await limiter.consume(viewer)).allowed;
  expect([await allowed('one'), await allowed('other'), await allowed('other')]).toEqual([true, true, true]);
  await redis.kill();
  await a.reachable(false);
  expect([await allowed('one'), await allowed('one'), await allowed('one')]).toEqual([true, true, false]);
  // The node remembers by itself that the limit is used up.
  expect(await allowed('other')).toBe(false);
});

test('closing a node logs nothing about Redis, and does not wait for it', async () => {
  await using redis = await startRedis();
  const a = await watchedNode(redis);
  const b = await watchedNode(redis);
  await a[Symbol.asyncDispose]();
  expect([a.changes, a.logs.warnings()]).toEqual([[], []]);
  await redis.kill();
  await b.reachable(false);
  expect(await timeMs(() => b[Symbol.asyncDispose]())).toBeLessThan(3_000);
});
