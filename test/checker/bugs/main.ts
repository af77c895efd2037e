import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { atLeast } from '../../../bench/whole-number.ts';
import { faultNames } from '../rig/faults.ts';
import { type RunOptions, run, type Summary } from '../run.ts';
import { copyOf, plant } from './plant.ts';
import { type PlantedBug, plantedBugs } from './planted-bugs.ts';

/** Each must be found by then, the start of its servers included. */
const FOUND_WITHIN_SECONDS = 120;

const root = fileURLToPath(new URL('../../..', import.meta.url));

await new Command('checker:bugs')
  .description(
    'Plants bugs in copies of the program, one at a time: the checker must find each, and nothing where there is none.',
  )
  .option('--only <text>', 'bugs whose name has this in it')
  .option('--seed <number>', 'of what is asked and what goes wrong', atLeast(0), 1)
  .option('--program <folder>', 'where the dist/ is that is copied', root)
  .action(plantAll)
  .parseAsync();

async function plantAll({ only = '', seed, program }: { only?: string; seed: number; program: string }): Promise<void> {
  const bugs = [{ name: 'no bug at all', foundBy: [], edits: [] }, ...plantedBugs].filter(({ name }) =>
    name.includes(only),
  );
  const missed: string[] = [];
  for (const bug of bugs) {
    const { seconds, broken, violations } = await check(bug, { seed, program });
    const isFound = bug.foundBy.some((name) => name in broken) && seconds <= FOUND_WITHIN_SECONDS;
    const isRight = bug.edits.length === 0 ? violations === 0 : isFound;
    if (!isRight) missed.push(bug.name);
    const found = Object.entries(broken).map(([name, count]) => `${name} (${count})`);
    say(`${isRight ? 'right' : 'WRONG'}  ${bug.name}: ${seconds} s, ${found.join(', ') || 'nothing found'}`);
  }
  say(`${bugs.length - missed.length} of ${bugs.length} right`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

async function check(bug: PlantedBug, { seed, program }: { seed: number; program: string }): Promise<Summary> {
  await using copy = await copyOf(program);
  await plant(bug, copy.program);
  const options: RunOptions = {
    ...{ seed, program: copy.program, nodes: 2, viewers: 14, houses: 5, firstRound: 0 },
    ...{ round: 1_200, faults: faultNames.length },
    operations: bug.edits.length === 0 ? 5_000 : 20_000,
    withinSeconds: FOUND_WITHIN_SECONDS,
  };
  return await run(options, (line) => say(`       ${line.replaceAll('\n', '\n       ')}`));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
