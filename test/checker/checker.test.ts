import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { faultNames } from './rig/faults.ts';
import { run } from './run.ts';

const program = fileURLToPath(new URL('../..', import.meta.url));
const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

it(`keeps every promise while everything breaks once (TEST_SEED=${seed})`, async ({ annotate }) => {
  const lines: string[] = [];
  const options = { seed, program, nodes: 2, viewers: 12, houses: 5, firstRound: 0 };
  const summary = await run({ ...options, operations: 1, round: 1_000, faults: faultNames.length }, (line) =>
    lines.push(line),
  );
  await annotate(JSON.stringify(summary));
  if (summary.violations > 0) throw new Error(lines.join('\n'));
  expect(Object.keys(summary.faults).sort()).toEqual([...faultNames].sort());
  expect(summary.operations).toBeGreaterThanOrEqual(1_000);
});
