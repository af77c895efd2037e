import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { seatKey } from '../../../src/coordination/redis/keys.ts';
import { type SentinelSetup, startSentinelSetup } from '../../support/sentinel.ts';
import { waitFor } from '../../support/wait-for.ts';
import { expectAllIsWell } from './all-is-well.ts';
import { UNREACHABLE, watchedNode } from './watched-node.ts';

const soon = { withinMs: 10_000 };

let redis: SentinelSetup;
let eventId: string;

beforeAll(async () => {
  redis = await startSentinelSetup();
});
afterAll(() => redis?.[Symbol.asyncDispose]());
beforeEach(() => {
  eventId = randomUUID();
});

const claim = (reservationId: string) => ({ eventId, reservationId, seatIndexes: [1] });
const replicas = async () =>
  Number(/^connected_slaves:(\d)/m.exec(String(await (await redis.master()).cli('INFO', 'replication')))?.[1]);

/** Waits until there are replicas for the next failover. */
async function allBack(): Promise<void> {
  await waitFor(async () => (await replicas()) === 2, { withinMs: 20_000, what: 'the replicas to follow the master' });
}

test('sentinels that do not know the master are reported', async () => {
  await using a = await watchedNode({ url: redis.url.replace('/mymaster', '/nobody') });
  expect(a.node.reachable).toBe(false);
  expect(a.logs.warnings()).toEqual([UNREACHABLE]);
  expect(a.logs.lines.find(({ msg }) => msg === UNREACHABLE)).toMatchObject({
    reason: expect.stringMatching(/^failed to connect to sentinel 127.0.0.1:\d+ because ERR No such master/),
  });
});

test('sentinels that are down are skipped, and reported if all are', async () => {
  const [one] = redis.url.match(/127[^,]+/) ?? [];
  const gone = '127.0.0.1:1';
  await using a = await watchedNode({ url: redis.url.replace(/127.+(?=\/)/, `${gone},${one}`) });
  expect([a.node.reachable, a.logs.warnings()]).toEqual([true, []]);
  await using b = await watchedNode({ url: redis.url.replace(/127.+(?=\/)/, gone) });
  expect(b.node.reachable).toBe(false);
  expect(b.logs.lines.find(({ msg }) => msg === UNREACHABLE)).toMatchObject({
    reason: expect.stringMatching(/^failed to connect to sentinel 127.0.0.1:1 /),
  });
});

test('nodes switch to the master that the sentinels choose after a kill', async () => {
  await using a = await watchedNode(redis);
  await using b = await watchedNode(redis);
  await expectAllIsWell([a, b], eventId);
  const old = await redis.master();
  await old.kill();
  await a.reachable(false);
  expect(await a.node.gate.acquire(claim('first'))).toEqual({ answer: 'skipped' });
  await Promise.all([a.reachable(true), b.reachable(true)]);
  expect(await redis.master()).not.toBe(old);
  await expectAllIsWell([a, b], eventId);
  expect([a.changes, b.changes]).toEqual([
    [false, true],
    [false, true],
  ]);
  await old.start();
});

test('nodes switch after a manual failover, while the old master still runs', async () => {
  await allBack();
  await using a = await watchedNode(redis);
  await using b = await watchedNode(redis);
  const old = await redis.master();
  // Sentinels refuse before the last failover is complete, or before they know the replicas' states.
  const isBegun = async () => (await redis.ask('FAILOVER', 'mymaster')) === 'OK';
  await waitFor(isBegun, { withinMs: 20_000, what: 'the sentinels to take the command' });
  await waitFor(async () => (await redis.master()) !== old, { ...soon, what: 'the failover' });
  // Nodes stay on the old master until the sentinels make it a replica and disconnect its clients.
  for (const { changes } of [a, b])
    await waitFor(() => changes.length >= 2, { withinMs: 20_000, what: 'the old master to be a replica' });
  await Promise.all([a.reachable(true), b.reachable(true)]);
  await expectAllIsWell([a, b], eventId);
});

test('requests in flight to a frozen master are not sent to the next one', async () => {
  await allBack();
  await using a = await watchedNode(redis);
  const old = await redis.master();
  old.pause();
  expect(await a.node.gate.acquire(claim('stale'))).toEqual({ answer: 'skipped' });
  await a.node.gate.confirm(claim('stale'), 60_000);
  await a.reachable(false);
  await a.reachable(true);
  await expectAllIsWell([a], randomUUID());
  const now = await redis.master();
  expect(now).not.toBe(old);
  expect(await now.cli('EXISTS', seatKey(eventId, 1))).toBe(0);
  old.resume();
});
