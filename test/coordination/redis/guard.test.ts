import { expect, onTestFinished, test, vi } from 'vitest';
import { Guard } from '../../../src/coordination/redis/guard.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';

const soon = { withinMs: 10_000 };
const fail = () => Promise.reject(new Error('it failed'));
const answer = () => Promise.resolve('an answer');

test('asks again within seconds of a failure, also when the time of day is set back meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const guard = new Guard(() => true, recordLogs().logger);
  await expect(guard.run(fail)).rejects.toThrow('it failed');
  await expect(guard.run(answer)).rejects.toThrow('left alone');
  vi.setSystemTime(Date.now() - 3_600_000);
  const answered = await waitFor(() => guard.run(answer), { ...soon, what: 'Redis to be asked again' });
  expect(answered).toBe('an answer');
});

test('lets one try at a time, and all once that one was answered', async () => {
  const guard = new Guard(() => true, recordLogs().logger);
  await expect(guard.run(fail)).rejects.toThrow('it failed');
  let tries = 0;
  const tryInVain = () => {
    tries += 1;
    return new Promise<never>(() => {});
  };
  const asked = await waitFor(
    async () => {
      const trial = guard.run(tryInVain);
      trial.catch(() => {});
      return tries > 0 && { trial };
    },
    { ...soon, what: 'a trial' },
  );
  await expect(guard.run(answer)).rejects.toThrow('left alone');
  await expect(asked.trial).rejects.toThrow('did not answer');
  await waitFor(() => guard.run(answer), { ...soon, what: 'the next trial' });
  await expect(Promise.all([guard.run(answer), guard.run(answer)])).resolves.toEqual(['an answer', 'an answer']);
});
