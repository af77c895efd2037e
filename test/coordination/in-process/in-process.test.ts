import { expect, test } from 'vitest';
import { createInProcessCoordination } from '../../../src/coordination/in-process/coordination.ts';
import { TtlMap } from '../../../src/coordination/in-process/ttl-map.ts';
import { CLAIM_ENDS_EARLY_MS, LEASE_MS } from '../../../src/coordination/lease.ts';

const claim = (reservationId: string) => ({ eventId: 'event', reservationId, seatIndexes: [1] });

test('a claim lasts to the last millisecond of its lease, and no longer', async () => {
  let nowMs = 1_000;
  await using node = createInProcessCoordination({ now: () => nowMs });
  await node.gate.acquire(claim('first'));
  nowMs += LEASE_MS - 1;
  expect((await node.gate.acquire(claim('second'))).answer).toBe('refused');
  nowMs += 1;
  expect((await node.gate.acquire(claim('second'))).answer).toBe('taken');
});

test('a confirmed claim ends a little before the deadline, after which the store decides alone', async () => {
  let nowMs = 1_000;
  await using node = createInProcessCoordination({ now: () => nowMs });
  await node.gate.acquire(claim('first'));
  await node.gate.confirm(claim('first'), 10_000);
  nowMs += 10_000 - CLAIM_ENDS_EARLY_MS - 1;
  expect((await node.gate.acquire(claim('second'))).answer).toBe('refused');
  nowMs += 1;
  expect((await node.gate.acquire(claim('second'))).answer).toBe('taken');
});

test('lapsed claims do not accumulate', () => {
  let nowMs = 0;
  let lapsed = 0;
  let most = 0;
  const map = new TtlMap<number>(
    () => nowMs,
    () => {
      lapsed += 1;
    },
  );
  for (let at = 0; at < 100_000; at += 1) {
    nowMs += 1;
    map.set(String(at), at, 1_000);
    most = Math.max(most, map.size);
  }
  expect(most).toBeLessThan(2_000);
  expect(lapsed + map.size).toBe(100_000);
});

test('the clean-up keeps claims that have not lapsed', () => {
  let nowMs = 0;
  const map = new TtlMap<string>(() => nowMs);
  map.set('lasting', 'value', 1_000_000);
  for (let at = 0; at < 1_000; at += 1) {
    nowMs += 1;
    map.set(String(at), 'other', 1);
  }
  expect(map.get('lasting')).toBe('value');
  expect(map.remainingMs('lasting')).toBe(1_000_000 - 1_000);
  map.set('lasting', 'value', 0);
  expect(map.get('lasting')).toBeUndefined();
  expect(map.remainingMs('lasting')).toBe(0);
});
