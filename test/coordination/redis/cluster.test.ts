import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesChannel, seatKey } from '../../../src/coordination/redis/keys.ts';
import { type RedisCluster, startCluster } from '../../support/cluster.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { Recorder } from '../recorder.ts';
import { expectAllIsWell } from './all-is-well.ts';
import { UNREACHABLE, watchedNode } from './watched-node.ts';

const soon = { withinMs: 10_000 };
const claim = (eventId: string, reservationId: string) => ({ eventId, reservationId, seatIndexes: [1] });

let redis: RedisCluster;

beforeAll(async () => {
  redis = await startCluster({ settings: ['--cluster-require-full-coverage', 'no'] });
});
afterAll(() => redis?.[Symbol.asyncDispose]());

function first(servers: readonly RedisServer[]): RedisServer {
  const [server] = servers;
  if (server === undefined) throw new RangeError('there is no server');
  return server;
}

/** Arguments of the command in docs/operations.md that creates the user. */
function documentedRights(): string[] {
  const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  return /^ACL SETUSER (.+)$/m.exec(text)?.[1]?.split(' ') ?? [];
}

const slotOf = async (eventId: string) =>
  Number(await first(redis.masters).cli('CLUSTER', 'KEYSLOT', changesChannel(eventId)));
const masterOf = (eventId: string, asked = first(redis.masters)) => redis.masterOf(changesChannel(eventId), asked);

/** An event whose keys are on this master, according to the given node. */
async function eventAt(master: RedisServer, asked?: RedisServer): Promise<string> {
  for (;;) {
    const eventId = randomUUID();
    if ((await masterOf(eventId, asked)) === master) return eventId;
  }
}

describe('slots that move', () => {
  test('take their events along, without effect on others', async () => {
    await using a = await watchedNode(redis);
    await using b = await watchedNode(redis);
    const eventId = randomUUID();
    const from = await masterOf(eventId);
    const to = first(redis.masters.filter((master) => master !== from));
    const elsewhere = await eventAt(from);
    const [moved, stayed] = [new Recorder(), new Recorder()];
    await using _moved = await b.node.bus.subscribe(eventId, moved);
    await using _stayed = await b.node.bus.subscribe(elsewhere, stayed);
    await a.node.gate.acquire(claim(eventId, 'first'));
    await a.node.gate.confirm(claim(eventId, 'first'), 60_000);

    await redis.moveSlot(await slotOf(eventId), from, to);
    await waitFor(() => moved.gaps > 0, { ...soon, what: 'the listener to be told of a gap' });
    await waitFor(async () => (await a.node.gate.acquire(claim(eventId, 'second'))).answer === 'refused', {
      ...soon,
      what: 'the mark to be found at the new master',
    });
    a.node.bus.publish(eventId, 'moved');
    a.node.bus.publish(elsewhere, 'stayed');
    const areHeard = () => moved.messages.includes('moved') && stayed.messages.includes('stayed');
    await waitFor(areHeard, { ...soon, what: 'the messages' });
    await expectAllIsWell([a, b], eventId);
    await expectAllIsWell([a, b], elsewhere);
    expect([a.changes, b.changes]).toEqual([[], []]);
  });

  test('are followed between messages: a gap is reported, and later messages arrive', async () => {
    await using a = await watchedNode(redis);
    await using b = await watchedNode(redis);
    const eventId = randomUUID();
    const from = await masterOf(eventId);
    const to = first(redis.masters.filter((master) => master !== from));
    const heard = new Recorder();
    await using _ = await b.node.bus.subscribe(eventId, heard);
    let published = 0;
    const publishing = setInterval(() => a.node.bus.publish(eventId, `${++published}`), 1);
    await waitFor(() => heard.messages.length > 0, { ...soon, what: 'the first message' });
    await redis.moveSlot(await slotOf(eventId), from, to);
    await waitFor(() => heard.gaps > 0, { ...soon, what: 'a gap' });
    const before = published;
    const isHeard = () => heard.messages.some((text) => Number(text) > before);
    await waitFor(isHeard, { ...soon, what: 'a message of after the gap' }).finally(() => clearInterval(publishing));
  });
});

test('limits are counted over all nodes, wherever the counters are', async () => {
  await using a = await watchedNode(redis);
  await using b = await watchedNode(redis);
  const name = randomUUID();
  const limiters = [a, b].map(({ node }) => node.rateLimiter(name, 4));
  const viewers = Array.from({ length: 20 }, (_, nth) => `viewer ${nth}`);
  const ask = () =>
    Promise.all(
      viewers.flatMap((viewer) => limiters.flatMap((limiter) => [limiter.consume(viewer), limiter.consume(viewer)])),
    );
  expect((await ask()).every(({ allowed }) => allowed)).toBe(true);
  expect((await ask()).some(({ allowed }) => allowed)).toBe(false);
});

test('a thousand deadlines on all masters are touched at once', async () => {
  await using a = await watchedNode(redis);
  await using b = await watchedNode(redis);
  const expired = new Set<string>();
  b.node.expiry.onExpired(({ eventId }) => expired.add(eventId));
  const reservations = Array.from({ length: 1_000 }, () => ({ eventId: randomUUID(), reservationId: 'due' }));
  await Promise.all(reservations.map((key) => a.node.gate.confirm({ ...key, seatIndexes: [] }, 1)));
  await a.node.expiry.touch(reservations);
  await waitFor(() => expired.size === 1_000, { ...soon, what: 'a thousand announcements' });
});

describe('a Redis user', () => {
  const userUrl = () => redis.url.replace('//', '//holdfast:password@');

  test('with the documented rights is sufficient', async () => {
    for (const server of redis.servers) await server.cli('ACL', 'SETUSER', ...documentedRights());
    await using a = await watchedNode({ url: userUrl() });
    await using b = await watchedNode({ url: userUrl() });
    await expectAllIsWell([a, b], randomUUID());
    expect(await a.node.rateLimiter(randomUUID(), 1).consume('viewer')).toEqual({ allowed: true });
    expect(JSON.stringify([...a.logs.lines, ...b.logs.lines])).not.toContain('NOPERM');
  });

  test('without CONFIG causes one warning for all masters', async () => {
    for (const server of redis.servers)
      await server.cli('ACL', 'SETUSER', ...documentedRights(), '-config|get', '-config|set');
    await using a = await watchedNode({ url: userUrl() });
    await expectAllIsWell([a], randomUUID());
    expect(a.logs.warnings().map((text) => text.includes('notify-keyspace-events to "Kx"'))).toEqual([true]);
  });
});

describe('a master that is gone', () => {
  test('affects only its own events, until its replica takes over', async () => {
    await using a = await watchedNode(redis);
    await using b = await watchedNode(redis);
    const [dying, living] = redis.masters;
    if (dying === undefined || living === undefined) throw new Error('unreachable');
    const [lost, kept] = [await eventAt(dying, living), await eventAt(living, living)];
    const stale = await eventAt(dying, living);
    await expectAllIsWell([a, b], lost);

    dying.pause();
    expect(await a.node.gate.acquire(claim(stale, 'stale'))).toEqual({ answer: 'skipped' });
    for (let count = 0; count < 50; count += 1) {
      const reservationId = `${count}`;
      const answer = await a.node.gate.acquire({ eventId: kept, reservationId, seatIndexes: [count] });
      expect(answer).toEqual({ answer: 'taken' });
    }
    await dying.kill();
    await Promise.all([a.reachable(false), b.reachable(false)]);
    await Promise.all([a.reachable(true), b.reachable(true)]);
    expect(await redis.masterOf(changesChannel(lost), living)).not.toBe(dying);
    for (const eventId of [lost, kept]) await expectAllIsWell([a, b], eventId);
    expect(await (await redis.masterOf(changesChannel(stale), living)).cli('EXISTS', seatKey(stale, 1))).toBe(0);
    for (const { changes, logs } of [a, b]) {
      expect(changes).toEqual([false, true]);
      const unreachable = logs.lines.filter(({ msg }) => msg === UNREACHABLE);
      expect(unreachable).toMatchObject([{ server: `127.0.0.1:${dying.port}` }]);
    }
    await dying.start();
  });

  test('is left when its replica takes over gracefully', async () => {
    await using a = await watchedNode(redis);
    await using b = await watchedNode(redis);
    const [, leaving] = redis.masters;
    const [, successor] = redis.replicas;
    if (leaving === undefined || successor === undefined) throw new Error('unreachable');
    const eventId = await eventAt(leaving, leaving);
    await expectAllIsWell([a, b], eventId);
    await successor.cli('CLUSTER', 'FAILOVER');
    await waitFor(async () => (await masterOf(eventId, successor)) === successor, { ...soon, what: 'the failover' });
    await expectAllIsWell([a, b], eventId);
  });
});

test('a node of a cluster that is configured as a single Redis causes one warning', async () => {
  await using a = await watchedNode({ url: first(redis.servers).url });
  for (let count = 0; count < 20; count += 1) await a.node.gate.acquire(claim(randomUUID(), 'first'));
  expect(a.logs.warnings()).toEqual([expect.stringContaining('put redis+cluster:// before its address')]);
});

test('a single Redis that is configured as a cluster is reported as such', async () => {
  await using sole = await startRedis();
  await using a = await watchedNode({ url: sole.url.replace('redis:', 'redis+cluster:') });
  expect(a.node.reachable).toBe(false);
  expect(JSON.stringify(a.logs.lines)).toContain('cluster support disabled');
});
