import { expect, test } from 'vitest';
import { type CoordinationSettings, openCoordination } from '../../src/coordination/open.ts';
import { testRedis } from '../support/redis.ts';
import { recordLogs } from './logs.ts';

const claim = (reservationId: string) => ({ eventId: 'opened', reservationId, seatIndexes: [1] });

test('nodes with the same Redis URL share it, and a node without one is alone', async () => {
  await using redis = await testRedis();
  const settings: CoordinationSettings = {
    logger: recordLogs().logger,
    now: () => performance.now(),
  };
  await using one = await openCoordination({ ...settings, redisUrl: redis.url });
  await using two = await openCoordination({ ...settings, redisUrl: redis.url });
  await using alone = await openCoordination(settings);
  expect((await one.gate.acquire(claim('first'))).answer).toBe('taken');
  expect((await two.gate.acquire(claim('second'))).answer).toBe('refused');
  expect((await alone.gate.acquire(claim('second'))).answer).toBe('taken');
  await one.gate.release(claim('first'), true);
});
