import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { describeMachine } from '../../bench/machine.ts';
import { atLeast } from '../../bench/whole-number.ts';
import { type FaultKind, faultNames } from './rig/faults.ts';
import { type RunOptions, run } from './run.ts';

await new Command('checker')
  .description('Breaks a running Holdfast in every way and holds all that it answered against its promises.')
  .option('--operations <count>', 'requests in all', atLeast(1), 200_000)
  .option(
    '--round <count>',
    'requests in one round, after which everything comes to rest and is checked',
    atLeast(1),
    4_000,
  )
  .option('--seed <number>', 'of what is asked and what goes wrong', atLeast(0), Math.floor(Math.random() * 2 ** 31))
  .option('--first-round <number>', 'begin with this one, as a run with the same seed has it', atLeast(0), 0)
  .option('--nodes <count>', 'of Holdfast', atLeast(1), 3)
  .option('--viewers <count>', 'who ask at the same time', atLeast(1), 14)
  .option('--houses <count>', 'in one round', atLeast(1), 10)
  .option('--faults <count>', 'in one round', atLeast(0), faultNames.length)
  .addOption(new Option('--only <kinds...>', `faults, of ${faultNames.join(', ')}`).argParser(addKind))
  .option('--program <folder>', 'where the dist/ to check is', fileURLToPath(new URL('../..', import.meta.url)))
  .option('--logs <folder>', 'where to keep what the nodes print')
  .option('--json <file>', 'where to write what was done and found')
  .action(check)
  .parseAsync();

async function check(options: RunOptions & { readonly json?: string }): Promise<void> {
  const summary = await run(options, (line) => process.stderr.write(`${line}\n`));
  const told = { measuredAt: new Date().toISOString(), machine: describeMachine(), ...summary };
  const text = `${JSON.stringify(told, null, 2)}\n`;
  if (options.json === undefined) process.stdout.write(text);
  else await writeFile(options.json, text);
  process.exitCode = summary.violations === 0 ? 0 : 1;
}

function addKind(text: string, kinds: readonly FaultKind[] = []): FaultKind[] {
  const kind = faultNames.find((name) => name === text);
  if (kind === undefined) throw new InvalidArgumentError(`expected some of ${faultNames.join(', ')}`);
  return [...kinds, kind];
}
