import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Happenings, Level } from '../../src/telemetry/happenings.ts';
import { logHappenings } from '../../src/telemetry/logs.ts';
import { countHappenings } from '../../src/telemetry/metrics.ts';
import { type Fault, ServiceHealth } from '../../src/telemetry/service-health.ts';
import { recordLogs } from '../coordination/logs.ts';
import { waitFor } from '../support/wait-for.ts';

const HOLD_MS = 1_000;
const soon = { withinMs: HOLD_MS + 2_000 };

const silent: Fault = { level: 'CRITICAL', what: 'the store does not answer' };
const alone: Fault = { level: 'DEGRADED', what: 'Redis cannot be reached' };

function openHealth(faults: Set<Fault>) {
  const logs = recordLogs();
  const telemetry = new EventEmitter<Happenings>();
  logHappenings(telemetry, logs.logger);
  const metrics = countHappenings(telemetry);
  const monotonicNow = () => performance.now();
  const health = new ServiceHealth({ faults: () => [...faults], holdMs: HOLD_MS, monotonicNow, telemetry });
  const reached = (level: Level) => waitFor(() => health.level === level, { ...soon, what: level });
  return { health, logs, metrics, reached };
}

test('the level is that of the worst fault, reported once with its reason, and improves after a while without it', async () => {
  const faults = new Set<Fault>();
  const { health, logs, metrics, reached } = openHealth(faults);
  using _ = health;
  expect([health.level, health.reasons]).toEqual(['NORMAL', []]);

  faults.add(alone);
  await reached('DEGRADED');
  faults.add(silent);
  await reached('CRITICAL');
  expect(health.reasons).toEqual([silent.what, alone.what]);
  const before = health.since;

  const goneAt = performance.now();
  faults.delete(silent);
  await reached('DEGRADED');
  expect(performance.now() - goneAt).toBeGreaterThan(HOLD_MS - 100);
  expect(health.reasons).toEqual([alone.what]);
  expect(health.since.getTime()).toBeGreaterThan(before.getTime());

  faults.delete(alone);
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

test('an intermittent fault is one change of level', async () => {
  const faults = new Set<Fault>([alone]);
  const { health, logs, reached } = openHealth(faults);
  using _ = health;
  expect(health.level).toBe('DEGRADED');
  const flapping = setInterval(() => (faults.has(alone) ? faults.delete(alone) : faults.add(alone)), 150);
  const flappedFrom = performance.now();
  await waitFor(() => performance.now() - flappedFrom > 2 * HOLD_MS, { ...soon, what: 'some changes' });
  clearInterval(flapping);
  faults.clear();
  await reached('NORMAL');
  expect(logs.lines).toHaveLength(2);
});
