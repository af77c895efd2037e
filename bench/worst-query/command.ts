import { Command } from 'commander';
import { atLeast } from '../whole-number.ts';
import type { WorstQueryOptions } from './options.ts';
import { worstQuery } from './worst-query.ts';

export function worstQueryCommand(): Command {
  return new Command('worst-query')
    .description('what the dearest query costs that the limits let through, found by a search over the schema')
    .option('--tries <count>', 'operations that are tried', atLeast(1), 600)
    .option('--seed <number>', 'of the search', atLeast(1), 1)
    .option('--seconds <count>', 'of a sale, with and without the dearest query once a second', atLeast(1), 8)
    .option('--rounds <count>', 'times that the two take turns', atLeast(1), 5)
    .action(async (options: WorstQueryOptions) => {
      process.exitCode = await worstQuery(options);
    });
}
