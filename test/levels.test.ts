import { expect, test } from 'vitest';
import { type Level, Levels, type Trouble } from '../src/levels.ts';
import { recordLogs } from './coordination/logs.ts';
import { waitFor } from './support/wait-for.ts';

const HOLD_MS = 1_000;
const soon = { withinMs: HOLD_MS + 2_000 };

const silent: Trouble = { level: 'CRITICAL', what: 'the store does not answer' };
const alone: Trouble = { level: 'DEGRADED', what: 'Redis cannot be reached' };

function openLevels(troubles: Set<Trouble>) {
  const logs = recordLogs();
  const monotonicNow = () => performance.now();
  const levels = new Levels({ troubles: () => [...troubles], holdMs: HOLD_MS, monotonicNow, logger: logs.logger });
  const reached = (level: Level) => waitFor(() => levels.level === level, { ...soon, what: level });
  return { levels, logs, reached };
}

test('a level is that of the worst trouble, told once with its reason, and better only when that was gone for a while', async () => {
  const troubles = new Set<Trouble>();
  const { levels, logs, reached } = openLevels(troubles);
  using _ = levels;
  expect([levels.level, levels.reasons]).toEqual(['NORMAL', []]);

  troubles.add(alone);
  await reached('DEGRADED');
  troubles.add(silent);
  await reached('CRITICAL');
  expect(levels.reasons).toEqual([silent.what, alone.what]);
  const before = levels.since;

  const goneAt = performance.now();
  troubles.delete(silent);
  await reached('DEGRADED');
  expect(performance.now() - goneAt).toBeGreaterThan(HOLD_MS - 100);
  expect(levels.reasons).toEqual([alone.what]);
  expect(levels.since.getTime()).toBeGreaterThan(before.getTime());

  troubles.delete(alone);
  await reached('NORMAL');
  expect(logs.lines.map(({ msg }) => msg)).toEqual([
    'level DEGRADED: Redis cannot be reached',
    'level CRITICAL: the store does not answer; Redis cannot be reached',
    'level DEGRADED: Redis cannot be reached',
    'level NORMAL: all is well again',
  ]);
  expect(Object.fromEntries(levels.changes)).toEqual({ NORMAL: 1, DEGRADED: 2, CRITICAL: 1 });
});

test('what comes and goes is one change of level', async () => {
  const troubles = new Set<Trouble>([alone]);
  const { levels, logs, reached } = openLevels(troubles);
  using _ = levels;
  expect(levels.level).toBe('DEGRADED');
  const flapping = setInterval(() => (troubles.has(alone) ? troubles.delete(alone) : troubles.add(alone)), 150);
  const flappedFrom = performance.now();
  await waitFor(() => performance.now() - flappedFrom > 2 * HOLD_MS, { ...soon, what: 'some changes' });
  clearInterval(flapping);
  troubles.clear();
  await reached('NORMAL');
  expect(logs.lines).toHaveLength(2);
});
