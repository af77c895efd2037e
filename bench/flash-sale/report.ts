import { type Bound, describeBounds } from '../bounds.ts';
import { withSpread } from '../statistics.ts';
import { tableOf } from '../table.ts';
import { type Medians, mediansOf } from './medians.ts';
import { disagreementsIn, type Results } from './results.ts';
import type { SaleFigures } from './sale.ts';
import { callsOf, type StatementKind } from './statements.ts';

const DISAGREEMENTS_SHOWN = 10;

export function reportOf(results: Results, bounds: readonly Bound[]): string {
  const medians = mediansOf(results);
  return [
    armsTable(medians),
    outcomesTable(medians),
    ...(results.sale ?? []).map(saleTable),
    ...disagreementsIn(results).slice(0, DISAGREEMENTS_SHOWN),
    describeBounds(bounds),
    '',
  ].join('\n\n');
}

function armsTable(medians: readonly Medians[]): string {
  const heads = [
    '',
    'at once',
    'answers/s',
    'ratio',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'rows/write',
    'ms/write',
    'statements/res.',
  ];
  const rows = medians.map((arm) => [
    arm.name,
    String(arm.connections),
    withSpread(arm.perSecond, 0),
    arm.ofFloor === null ? '' : withSpread(arm.ofFloor, 2),
    figure(arm.p50Ms, 1),
    figure(arm.p99Ms, 1),
    figure(arm.cpuPerAnswer, 0),
    figure(arm.rowsPerWrite, 1),
    figure(arm.msPerWrite, 1),
    figure(arm.statementsPerGrant, 2),
  ]);
  return tableOf(heads, rows);
}

function outcomesTable(medians: readonly Medians[]): string {
  const outcomes = [...new Set(medians.flatMap((arm) => Object.keys(arm.outcomes)))];
  const rows = medians.map((arm) => [
    `${arm.name}, ${arm.connections} at once`,
    ...outcomes.map((outcome) => String(arm.outcomes[outcome] ?? '')),
  ]);
  return tableOf(['answers', ...outcomes], rows);
}

function saleTable(sale: SaleFigures): string {
  const { connections, statements, onceSoldOut, winningWrites, losersStatements, otherStatements } = sale;
  const rows = (Object.keys(statements) as StatementKind[]).map((kind) => [
    kind,
    String(callsOf(statements, [kind])),
    onceSoldOut === null ? '' : String(callsOf(onceSoldOut, [kind])),
  ]);
  return [
    tableOf([`sale, ${connections} at once: statements`, 'in all', 'once sold out'], rows),
    `writes that won: ${winningWrites}; beyond what the winners needed: ${losersStatements}`,
    ...otherStatements.map((text) => `other: ${text}`),
  ].join('\n');
}

function figure(value: number, digits: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(digits);
}
