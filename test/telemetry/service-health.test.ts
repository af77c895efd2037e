import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Happenings, Level } from '../../src/telemetry/happenings.ts';
import { logHappenings } from '../../src/telemetry/logs.ts';
import { countHappenings } from '../../src/telemetry/metrics.ts';
import { ServiceHealth, type Trouble } from '../../src/telemetry/service-health.ts';
import { recordLogs } from '../coordination/logs.ts';
import { waitFor } from '../support/wait-for.ts';

const HOLD_MS = 1_000;
const soon = { withinMs: HOLD_MS + 2_000 };

const silent: Trouble = { level: 'CRITICAL', what: 'the store does not answer' };
const alone: Trouble = { level: 'DEGRADED', what: 'Redis cannot be reached' };

function openHealth(troubles: Set<Trouble>) {
  const logs = recordLogs();
  const telemetry = new EventEmitter<Happenings>();
  logHappenings(telemetry, logs.logger);
  const metrics = countHappenings(telemetry);
  const monotonicNow = () => performance.now();
  const health = new ServiceHealth({ troubles: () => [...troubles], holdMs: HOLD_MS, monotonicNow, telemetry });
  const reached = (level: Level) => waitFor(() => health.level === level, { ...soon, what: level });
  return { health, logs, metrics, reached };
}

test('a level is that of the worst trouble, told once with its reason, and better only when that was gone for a while', async () => {
  const troubles = new Set<Trouble>();
  const { health, logs, metrics, reached } = openHealth(troubles);
  using _ = health;
  expect([health.level, health.reasons]).toEqual(['NORMAL', []]);

  troubles.add(alone);
  await reached('DEGRADED');
  troubles.add(silent);
  await reached('CRITICAL');
  expect(health.reasons).toEqual([silent.what, alone.what]);
  const before = health.since;

  const goneAt = performance.now();
  troubles.delete(silent);
  await reached('DEGRADED');
  expect(performance.now() - goneAt).toBeGreaterThan(HOLD_MS - 100);
  expect(health.reasons).toEqual([alone.what]);
  expect(health.since.getTime()).toBeGreaterThan(before.getTime());

  troubles.delete(alone);
  await reached('NORMAL');
  expect(logs.lines.map(({ msg }) => msg)).toEqual([
    'level DEGRADED: Redis cannot be reached',
    'level CRITICAL: the store does not answer; Redis cannot be reached',
    'level DEGRADED: Redis cannot be reached',
    'level NORMAL: all is well again',
  ]);
  const counted = await metrics.getSingleMetric('holdfast_level_changes_total')?.get();
  expect(counted?.values.map(({ labels, value }) => [labels.level, value])).toEqual([
    ['NORMAL', 1],
    ['DEGRADED', 2],
    ['CRITICAL', 1],
  ]);
});

test('what comes and goes is one change of level', async () => {
  const troubles = new Set<Trouble>([alone]);
  const { health, logs, reached } = openHealth(troubles);
  using _ = health;
  expect(health.level).toBe('DEGRADED');
  const flapping = setInterval(() => (troubles.has(alone) ? troubles.delete(alone) : troubles.add(alone)), 150);
  const flappedFrom = performance.now();
  await waitFor(() => performance.now() - flappedFrom > 2 * HOLD_MS, { ...soon, what: 'some changes' });
  clearInterval(flapping);
  troubles.clear();
  await reached('NORMAL');
  expect(logs.lines).toHaveLength(2);
});
