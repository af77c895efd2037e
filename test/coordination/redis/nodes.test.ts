import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Coordination, EventChange } from '../../../src/coordination/coordination.ts';
import { connectRedis } from '../../../src/coordination/redis/coordination.ts';
import type { ReservationKey } from '../../../src/domain/records.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';
import { change, Recorder } from '../recorder.ts';

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
  a = await connectRedis(redis.url, { nodeId: 'a', logger: logs.logger });
  b = await connectRedis(redis.url, { nodeId: 'b', logger: logs.logger });
});
afterEach(async () => {
  await a[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
});

const message = (node: string, counter: number, content: EventChange) =>
  JSON.stringify({ node, counter, change: content });
const reservation = (reservationId: string): ReservationKey => ({ eventId, reservationId });

test('a seat taken through one node is refused by the other', async () => {
  await a.gate.take({ ...reservation('first'), seatIndexes: [1] });
  expect(await b.gate.take({ ...reservation('second'), seatIndexes: [0, 1] })).toEqual({
    answer: 'refused',
    seatIndexes: [1],
  });
});

test('one of two nodes that want the same seats at once gets them all, each time', async () => {
  for (let round = 0; round < 200; round += 1) {
    const seatIndexes = [3 * round, 3 * round + 1, 3 * round + 2];
    const answers = await Promise.all([
      a.gate.take({ ...reservation('first'), seatIndexes }),
      b.gate.take({ ...reservation('second'), seatIndexes: seatIndexes.toReversed() }),
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

test('what is counted in one turn goes to Redis together, and what is used up no more', async () => {
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

test('every node hears every change once and in order, the sender too', async () => {
  const [onA, onB] = [new Recorder(), new Recorder()];
  await using _a = await a.bus.subscribe(eventId, onA);
  await using _b = await b.bus.subscribe(eventId, onB);
  const numbers = Array.from({ length: 100 }, (_, at) => at + 1);
  for (const number of numbers) await a.bus.publish(eventId, change(number));
  await waitFor(() => onA.changes.length >= 100 && onB.changes.length >= 100, { ...soon, what: 'all changes' });
  // What comes next shows that nothing of the former is still to come.
  await b.bus.publish(eventId, change(101));
  await waitFor(() => onA.changes.length >= 101 && onB.changes.length >= 101, { ...soon, what: 'the last change' });
  expect(onA.numbers).toEqual([...numbers, 101]);
  expect(onB.numbers).toEqual([...numbers, 101]);
  expect([onA.gaps, onB.gaps]).toEqual([0, 0]);
});

test('a change of a whole venue arrives in parts', async () => {
  const heard = new Recorder();
  await using _ = await b.bus.subscribe(eventId, heard);
  const seats = Array.from({ length: 2_500 }, (_, index) => ({
    index,
    status: 'BLOCKED' as const,
    version: 1,
    reservationId: null,
    expiresAtMs: null,
  }));
  await a.bus.publish(eventId, { seats, reservationIds: ['only once'] });
  await waitFor(() => heard.changes.flatMap((each) => each.seats).length === 2_500, { ...soon, what: 'every seat' });
  expect(heard.changes.flatMap((each) => each.seats)).toEqual(seats);
  expect(heard.changes.flatMap((each) => each.reservationIds)).toEqual(['only once']);
  expect(heard.gaps).toBe(0);
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

test('a counter that jumps, or does not start at 1, tells of a gap before the change', async () => {
  const heard = new Recorder();
  await using _ = await a.bus.subscribe(eventId, heard);
  const counters: [node: string, counter: number][] = [
    ['x', 1],
    ['x', 2],
    ['x', 4],
    ['y', 9],
    ['y', 10],
    ['x', 5],
    ['x', 1],
  ];
  for (const [node, counter] of counters) await redis.cli('PUBLISH', channel, message(node, counter, change(counter)));
  await waitFor(() => heard.changes.length === counters.length, { ...soon, what: 'all messages' });
  expect(heard.told.map((told) => (told === 'gap' ? told : told.seats[0]?.version))).toEqual([
    ...[1, 2, 'gap', 4],
    ...['gap', 9, 10],
    ...[5, 'gap', 1],
  ]);
});

test('what is no message is ignored and logged for the curious', async () => {
  const heard = new Recorder();
  await using _ = await a.bus.subscribe(eventId, heard);
  const wrong = { ...change(1), seats: [{ index: 'seven' }] };
  for (const text of ['', 'not JSON', '{}', '[]', 'null', JSON.stringify({ node: 'x', counter: 1, change: wrong })]) {
    await redis.cli('PUBLISH', channel, text);
  }
  await redis.cli('PUBLISH', channel, message('x', 1, change(1)));
  await waitFor(() => heard.changes.length > 0, { ...soon, what: 'the one that is a message' });
  expect(heard.told).toEqual([change(1)]);
  expect(logs.lines.filter(({ msg }) => msg === 'ignored what is no message')).toHaveLength(6);
  expect(logs.warnings()).toEqual([]);
});

test('every node is told of an expired reservation, whoever poked it', async () => {
  const [onA, onB]: ReservationKey[][] = [[], []];
  a.expiry.onExpired((key) => onA?.push(key));
  b.expiry.onExpired((key) => onB?.push(key));
  await a.gate.hold({ ...reservation('due'), seatIndexes: [1] }, 20);
  await b.expiry.poke([reservation('due')]);
  await waitFor(() => onA?.length === 1 && onB?.length === 1, { ...soon, what: 'both nodes to be told' });
  expect([onA, onB]).toEqual([[reservation('due')], [reservation('due')]]);
});
