import { Command } from 'commander';
import { onlyOption } from '../only-option.ts';
import { atLeast } from '../whole-number.ts';
import { contenderNames, type SchemesOptions } from './options.ts';
import { schemes } from './schemes.ts';

export function schemesCommand(): Command {
  return new Command('schemes')
    .description('what the textbook schemes for holding a seat do when sales open, side by side with Holdfast')
    .addOption(onlyOption('names', contenderNames))
    .option('--users <count>', 'of the sale', atLeast(1), 10_000)
    .option('--seats <count>', 'of the sale', atLeast(1), 100)
    .option('--most-seats <count>', 'of one user of the sale: each wants from one to so many', atLeast(1), 2)
    .option('--connections <count>', 'over which the users of the sale come', atLeast(1), 1_000)
    .option('--seconds <count>', 'in which free seats are granted, for each server and round', atLeast(1), 1)
    .option('--rounds <count>', 'times that the servers take turns', atLeast(1), 5)
    .option('--paying-ms <count>', 'in which a buyer of the long row lock has paid', atLeast(1), 1_000)
    .option('--cron-seconds <count>', 'between two runs of the job that frees what has expired', atLeast(1), 60)
    .option('--hold-seconds <count>', 'of the holds that nobody pays for', atLeast(1), 2)
    .option('--holds <count>', 'that nobody pays for, at each server', atLeast(1), 30)
    .option('--as-named', 'lock seats in the order in which a user named them, and not in their own')
    .action(async (options: SchemesOptions) => {
      process.exitCode = await schemes(options);
    });
}
