import { expect, onTestFinished, test, vi } from 'vitest';
import { CircuitBreaker } from '../../../src/coordination/redis/topology/circuit-breaker.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';

const soon = { withinMs: 10_000 };
const fail = () => Promise.reject(new Error('it failed'));
const answer = () => Promise.resolve('an answer');

test('tries again within seconds of a failure, also when the time of day is set back', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const breaker = new CircuitBreaker(() => true, recordLogs().logger);
  await expect(breaker.run(fail)).rejects.toThrow('it failed');
  await expect(breaker.run(answer)).rejects.toThrow('not asked for a moment');
  vi.setSystemTime(Date.now() - 3_600_000);
  const answered = await waitFor(() => breaker.run(answer), { ...soon, what: 'Redis to be asked again' });
  expect(answered).toBe('an answer');
});

test('lets one request try at a time, and all after an answer', async () => {
  const breaker = new CircuitBreaker(() => true, recordLogs().logger);
  await expect(breaker.run(fail)).rejects.toThrow('it failed');
  let tries = 0;
  const tryInVain = () => {
    tries += 1;
    return new Promise<never>(() => {});
  };
  const asked = await waitFor(
    async () => {
      const trial = breaker.run(tryInVain);
      trial.catch(() => {});
      return tries > 0 && { trial };
    },
    { ...soon, what: 'a trial' },
  );
  await expect(breaker.run(answer)).rejects.toThrow('not asked for a moment');
  await expect(asked.trial).rejects.toThrow('did not answer');
  await waitFor(() => breaker.run(answer), { ...soon, what: 'the next trial' });
  await expect(Promise.all([breaker.run(answer), breaker.run(answer)])).resolves.toEqual(['an answer', 'an answer']);
});
