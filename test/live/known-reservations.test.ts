import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { KnownReservations } from '../../src/live/known-reservations.ts';

/** A store whose reads the test completes. */
function slowStore() {
  const reads: { resolve(ids: readonly string[]): void; reject(error: Error): void; limit: number }[] = [];
  const read = (limit: number) =>
    new Promise<Uint32Array>((resolve, reject) => {
      const answer = (ids: readonly string[]) =>
        resolve(Uint32Array.from(ids, (id) => Number.parseInt(id.slice(0, 8), 16)));
      reads.push({ resolve: answer, reject, limit });
    });
  return { read, reads };
}

function known() {
  const store = slowStore();
  const time = { ms: 0 };
  return {
    ...store,
    time,
    reservations: new KnownReservations({ read: store.read, monotonicNow: () => time.ms }),
  };
}

const [one, other, never] = [randomUUID(), randomUUID(), randomUUID()];

it('reads once for concurrent calls, and includes reservations announced meanwhile', async () => {
  const { reservations, reads } = known();
  const answers = [one, other, never].map((id) => reservations.mayHave(id));
  reservations.add(other);
  reads[0]?.resolve([one]);
  expect(await Promise.all(answers)).toEqual([true, true, false]);
  expect([reads.length, reservations.mayHave(never)]).toEqual([1, false]);
});

it('does not use a read during which reservations may have been missed', async () => {
  const { reservations, reads } = known();
  const answer = reservations.mayHave(never);
  reservations.forget();
  reads[0]?.resolve([]);
  expect(await answer).toBe(true);
  const again = reservations.mayHave(never);
  reads[1]?.resolve([]);
  expect(await again).toBe(false);
});

it('does not retry at every request while the store does not answer', async () => {
  const { reservations, reads, time } = known();
  const answer = reservations.mayHave(never);
  reads[0]?.reject(new Error('no store'));
  expect(await answer).toBe(true);
  expect([reservations.mayHave(never), reads.length]).toEqual([true, 1]);
  time.ms = 1_000;
  const again = reservations.mayHave(never);
  reads[1]?.resolve([]);
  expect(await again).toBe(false);
});

it('remembers nothing for an event with too many, until it is read again', async () => {
  const { reservations, reads } = known();
  const answer = reservations.mayHave(never);
  reads[0]?.resolve(Array.from({ length: reads[0].limit }, () => randomUUID()));
  expect(await answer).toBe(true);
  expect([reservations.mayHave(never), reads.length]).toEqual([true, 1]);
});
