import { type Bound, describeBounds } from '../bounds.ts';
import { withSpread } from '../statistics.ts';
import { barsHeight, barsOf, LINES_HEIGHT, linesOf, svgOf } from '../svg.ts';
import { tableOf } from '../table.ts';
import { ARMS, type ArmName } from './arms.ts';
import type { CrowdFigures } from './crowd.ts';
import type { Figures } from './figures.ts';
import type { MemoryOverTime } from './memory.ts';

const TITLE = 'Server CPU for one delivery, and memory over time';

const names: Readonly<Record<ArmName, string>> = {
  floor: 'bare ws.send',
  stock: 'stock graphql-ws',
  holdfast: 'Holdfast',
};

export function reportOf({ arms, bytes, crowd }: Figures, bounds: readonly Bound[]): string {
  return [
    armsTable(arms),
    'CPU: user and system of the server process, without what the same changes cost it with no subscribers (alone).',
    '',
    `A delivery of one change: ${bytes.app} bytes as an app asks for it, ${bytes.changes} of \`changes\` alone.`,
    '',
    crowdTable(crowd),
    describeComingBack(crowd),
    ...(crowd.overTime === null ? [] : [describeGrowth(crowd.overTime)]),
    '',
    describeBounds(bounds),
  ].join('\n');
}

function armsTable(figures: Figures['arms']): string {
  const heads = ['', 'µs/delivery', 'of floor', 'runs/frame', 'frames/s', 'bytes', 'CPU', 'alone', 'p50 ms', 'p99 ms'];
  const rows = ARMS.map((name) => {
    const arm = figures[name];
    return [
      names[name],
      withSpread(arm.cpuPerDelivery, 1),
      withSpread(arm.overFloor, 2),
      arm.executionsPerFrame.median.toFixed(2),
      arm.framesPerSecond.toFixed(1),
      arm.bytesPerDelivery.toFixed(0),
      percent(arm.cpuShare),
      percent(arm.cpuShareAlone),
      arm.latencyMs.p50.toFixed(0),
      arm.latencyMs.p99.toFixed(0),
    ];
  });
  return tableOf(heads, rows);
}

function crowdTable({ perSocket, latencies }: CrowdFigures): string {
  const heads = ['the large crowd', 'resident', 'heap', 'external', 'µs/delivery', 'frames', 'CPU', 'p50 ms', 'p99 ms'];
  const rows = (['floor', 'holdfast'] as const).map((name) => {
    const { resident, heap, external } = perSocket[name];
    const { cpuPerDelivery, frames, cpuShare, latencyMs } = latencies[name];
    return [
      names[name],
      kilobytes(resident),
      kilobytes(heap),
      kilobytes(external),
      cpuPerDelivery.toFixed(1),
      String(frames),
      percent(cpuShare),
      latencyMs.p50.toFixed(0),
      latencyMs.p99.toFixed(0),
    ];
  });
  return tableOf(heads, rows);
}

function describeComingBack({ comingBack: { p50, p99, last } }: CrowdFigures): string {
  const seconds = [p50, p99, last].map((ms) => (ms / 1000).toFixed(1));
  return `All of them cut off, and back at once: current after ${seconds[0]} s (median), ${seconds[1]} s (p99), ${seconds[2]} s (the last).`;
}

function describeGrowth({ samples, growth }: MemoryOverTime): string {
  const last = samples.at(-1);
  return `resident after ${last?.minutes.toFixed(1)} minutes of changes: ${megabytes(last?.rss ?? 0)} MB, growth ${percent(growth)}`;
}

export function chartOf({ arms: figures, crowd: { overTime } }: Figures): string {
  const bars = ARMS.map((name) => {
    const { cpuPerDelivery, overFloor } = figures[name];
    const note = `${cpuPerDelivery.median.toFixed(1)} µs, ${overFloor.median.toFixed(2)} × the floor`;
    return { ...cpuPerDelivery, name: names[name], value: cpuPerDelivery.median, note };
  });
  const place = { x: 20, y: 10, width: 760 };
  const barChart = barsOf(bars, {
    ...place,
    title: 'Server CPU for one delivery: median of the rounds, least and most',
  });
  const height = barsHeight(bars.length) + 10;
  if (overTime === null) return svgOf(TITLE, 800, height, [barChart]);
  return svgOf(TITLE, 800, height + LINES_HEIGHT, [barChart, memoryChart(overTime, { ...place, y: height })]);
}

function memoryChart({ samples }: MemoryOverTime, place: { x: number; y: number; width: number }): string {
  const points = (pick: 'rss' | 'heap') => samples.map((sample) => ({ x: sample.minutes, y: sample[pick] / 1e6 }));
  const series = [
    { name: 'resident', color: '#4477aa', points: points('rss') },
    { name: 'heap', color: '#aa5533', points: points('heap') },
  ];
  return linesOf(series, { ...place, title: 'Memory of the server while seats change', unitX: 'min', unitY: 'MB' });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
