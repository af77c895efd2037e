import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHoldfastClient, startCountdown } from '../../src/client/index.ts';
import { offer } from '../api/venue.ts';
import { startServer } from '../cli/command-line.ts';
import { emptyFolder } from '../cli/folder.ts';
import { nodeEnv, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(() => void vi.useRealTimers());

describe('a countdown', () => {
  test('calls back once for each second and at the end', () => {
    vi.useFakeTimers();
    const countdown = startCountdown(2_500);
    const told: number[] = [];
    countdown.subscribe(() => told.push(countdown.getSnapshot()));
    expect([countdown.getSnapshot(), countdown.remainingMs()]).toEqual([3, 2_500]);
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([2, 1, 0]);
    expect([countdown.getSnapshot(), countdown.remainingMs(), vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  test('runs without listeners too, and then needs no timer', () => {
    vi.useFakeTimers();
    const countdown = startCountdown(5_000);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1_500);
    expect(countdown.getSnapshot()).toBe(4);
    countdown.subscribe(() => {})();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('shows a late listener the current state at once', () => {
    vi.useFakeTimers();
    expect(startCountdown(0).getSnapshot()).toBe(0);
    const countdown = startCountdown(1_000);
    vi.advanceTimersByTime(1_500);
    countdown.subscribe(() => expect.fail('nothing more is to be told'));
    expect(countdown.getSnapshot()).toBe(0);
  });

  test("ends with the server's reservation, with any local time of day", async () => {
    await using folder = await emptyFolder();
    // In another process, with a clock of its own.
    await using node = await startServer({ cwd: folder.path, env: nodeEnv });
    const hamlet = await offer(node, { reservationSeconds: 2 });
    const client = createHoldfastClient({ url: node.graphqlUrl, token: await tokenFor('a buyer with a wrong clock') });
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-02-03T04:05:06Z') });
    const outcome = await client.reserveSeats({ eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(0, 1) });
    if (outcome.__typename !== 'Reservation') return expect.fail(JSON.stringify(outcome));
    const beganAt = performance.now();
    const countdown = startCountdown(outcome.expiresInMs);
    const told: number[] = [];
    countdown.subscribe(() => {
      told.push(countdown.getSnapshot());
      vi.setSystemTime(new Date(told.length % 2 === 0 ? '1999-01-01' : '2099-01-01'));
    });
    expect(countdown.getSnapshot()).toBe(2);
    await waitFor(() => countdown.getSnapshot() === 0, { withinMs: 5_000, what: 'the end' });
    const tookMs = performance.now() - beganAt;
    expect(tookMs).toBeGreaterThan(1_500);
    expect(told.slice(0, 1)).toEqual([1]);
    const again = await client.extendReservation({ reservationId: outcome.id });
    expect(again.__typename).toBe('ReservationExpired');
    client.dispose();
  });
});
