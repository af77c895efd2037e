import { Command } from 'commander';
import { atLeast } from '../whole-number.ts';
import { opening } from './opening.ts';
import type { OpeningOptions } from './options.ts';

export function openingCommand(): Command {
  return new Command('opening')
    .description('what opening the page of a large event costs, and what it takes from buyers')
    .option('--opens <count>', 'of the page within the time, spread evenly', atLeast(1), 3_300)
    .option('--seconds <count>', 'of each arm in each round', atLeast(1), 20)
    .option('--buyers <count>', 'connections that reserve one seat after the other', atLeast(1), 32)
    .option('--rounds <count>', 'times that the arms take turns', atLeast(1), 3)
    .action(async (options: OpeningOptions) => {
      process.exitCode = await opening(options);
    });
}
