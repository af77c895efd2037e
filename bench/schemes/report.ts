import { type Bound, describeBounds } from '../bounds.ts';
import { withSpread } from '../statistics.ts';
import { tableOf } from '../table.ts';
import { type AllResults, type Medians, mediansOf } from './medians.ts';
import { CONTENDERS } from './options.ts';

export function reportOf(results: AllResults, bounds: readonly Bound[]): string {
  const medians = mediansOf(results);
  return `${[speedTable(medians), safetyTable(medians), describeBounds(bounds)].join('\n\n')}\n`;
}

function speedTable(medians: readonly Medians[]): string {
  const heads = ['', 'grants/s', 'p99 ms', 'refusals/s', 'sold out s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs'];
  const rows = medians.map(
    ({ name, grantsPerSecond, grantP99Ms, refusalsPerSecond, soldOutSeconds, latencyMs, cpuPerAnswer }) => [
      CONTENDERS[name],
      grantsPerSecond === null ? '' : withSpread(grantsPerSecond, 0),
      grantP99Ms === null ? '' : grantP99Ms.toFixed(1),
      withSpread(refusalsPerSecond, 0),
      soldOutSeconds === null ? '' : withSpread(soldOutSeconds, 2),
      latencyMs.p50.toFixed(0),
      latencyMs.p95.toFixed(0),
      latencyMs.p99.toFixed(0),
      cpuPerAnswer.toFixed(0),
    ],
  );
  return tableOf(heads, rows);
}

function safetyTable(medians: readonly Medians[]): string {
  const heads = ['', 'late ms', 'seats granted', 'sold twice', 'without keys', 'deadlocks', 'errors'];
  const rows = medians
    .filter(({ name }) => name !== 'floor')
    .map(({ name, lateMs, seatsGranted, soldTwice, soldTwiceWithoutKeys, deadlocks, errors }) => [
      CONTENDERS[name],
      lateMs === null ? '' : withSpread(lateMs, 0),
      withSpread(seatsGranted, 0),
      String(soldTwice),
      String(soldTwiceWithoutKeys),
      String(deadlocks),
      String(errors),
    ]);
  return tableOf(heads, rows);
}
