import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Coordination } from '../../../src/coordination/coordination.ts';
import { connectRedis } from '../../../src/coordination/redis/coordination.ts';
import type { ReservationKey } from '../../../src/domain/records.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';
import { Recorder } from '../recorder.ts';

const soon = { withinMs: 20_000 };

let redis: RedisServer;
let a: Coordination;
let b: Coordination;
let eventId: string;
let channel: string;
const logs = recordLogs();

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());
beforeEach(async () => {
  eventId = randomUUID();
  channel = `hf:{${eventId}}:changes`;
  a = await connectRedis(redis.url, { logger: logs.logger });
  b = await connectRedis(redis.url, { logger: logs.logger });
});
afterEach(async () => {
  await a[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
});

const reservation = (reservationId: string): ReservationKey => ({ eventId, reservationId });

test('a seat claimed through one node is refused by the other', async () => {
  await a.gate.acquire({ ...reservation('first'), seatIndexes: [1] });
  expect(await b.gate.acquire({ ...reservation('second'), seatIndexes: [0, 1] })).toEqual({
    answer: 'refused',
    seatIndexes: [1],
  });
});

test('of two concurrent claims on two nodes one gets all seats, each time', async () => {
  for (let round = 0; round < 200; round += 1) {
    const seatIndexes = [3 * round, 3 * round + 1, 3 * round + 2];
    const answers = await Promise.all([
      a.gate.acquire({ ...reservation('first'), seatIndexes }),
      b.gate.acquire({ ...reservation('second'), seatIndexes: seatIndexes.toReversed() }),
    ]);
    expect(answers.map(({ answer }) => answer).toSorted()).toEqual(['refused', 'taken']);
  }
});

test('a limit counts over both nodes', async () => {
  const name = randomUUID();
  const limiters = [a.rateLimiter(name, 10), b.rateLimiter(name, 10)];
  const answers = await Promise.all(
    Array.from({ length: 25 }).flatMap(() => limiters.map((limiter) => limiter.consume('viewer'))),
  );
  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
  expect(await redis.cli('GET', `hf:limit:${name}:viewer`)).toBe('50');
});

test('counts of one tick go to Redis in one batch, and exhausted ones not at all', async () => {
  const limiter = a.rateLimiter(randomUUID(), 2);
  await limiter.consume('warm-up');
  const viewers = Array.from({ length: 100 }, (_, nth) => `viewer ${nth}`);
  await redis.cli('CONFIG', 'RESETSTAT');
  for (const [turn, allowed] of [true, true, false].entries()) {
    const answers = await Promise.all(viewers.map((viewer) => limiter.consume(viewer)));
    expect(answers.map((answer) => answer.allowed)).toEqual(viewers.map(() => allowed));
    const asked = Math.min(turn + 1, 2);
    expect(await redis.cli('INFO', 'commandstats')).toContain(`cmdstat_evalsha:calls=${asked},`);
  }
});

test('every other node hears every message once and in order', async () => {
  const [onA, onB] = [new Recorder(), new Recorder()];
  await using _a = await a.bus.subscribe(eventId, onA);
  await using _b = await b.bus.subscribe(eventId, onB);
  const texts = Array.from({ length: 100 }, (_, nth) => `message ${nth}`);
  for (const text of texts) a.bus.publish(eventId, text);
  await waitFor(() => onB.messages.length >= 100, { ...soon, what: 'all messages' });
  // Messages are in order, so that no other one can follow.
  a.bus.publish(eventId, 'last');
  b.bus.publish(eventId, 'back');
  await waitFor(() => onB.messages.includes('last') && onA.messages.includes('back'), { ...soon, what: 'the last' });
  expect(onB.messages.filter((text) => text !== 'back')).toEqual([...texts, 'last']);
  expect([onA.gaps, onB.gaps]).toEqual([0, 0]);
});

test('a message may be any text', async () => {
  const heard = new Recorder();
  await using _ = await b.bus.subscribe(eventId, heard);
  const texts = ['', 'null', 'Größe 1\u0000 {}\r\n', 'x'.repeat(1_000_000)];
  for (const text of texts) a.bus.publish(eventId, text);
  await waitFor(() => heard.messages.length === texts.length, { ...soon, what: 'all messages' });
  expect(heard.messages).toEqual(texts);
});

test('listeners on one node share a subscription, which ends with the last', async () => {
  const subscribers = async () => (await redis.cli('PUBSUB', 'NUMSUB', channel)) as [string, number];
  const one = await a.bus.subscribe(eventId, new Recorder());
  const two = await a.bus.subscribe(eventId, new Recorder());
  expect(await subscribers()).toEqual([channel, 1]);
  await one[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
  expect(await subscribers()).toEqual([channel, 1]);
  await two[Symbol.asyncDispose]();
  expect(await subscribers()).toEqual([channel, 0]);
});

test('every node is notified of an expired reservation, whichever touched it', async () => {
  const [onA, onB]: ReservationKey[][] = [[], []];
  a.expiry.onExpired((key) => onA?.push(key));
  b.expiry.onExpired((key) => onB?.push(key));
  await a.gate.confirm({ ...reservation('due'), seatIndexes: [1] }, 20);
  await b.expiry.touch([reservation('due')]);
  await waitFor(() => onA?.length === 1 && onB?.length === 1, { ...soon, what: 'both nodes to be told' });
  expect([onA, onB]).toEqual([[reservation('due')], [reservation('due')]]);
});
