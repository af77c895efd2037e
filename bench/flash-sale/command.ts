import { Command } from 'commander';
import { onlyOption } from '../only-option.ts';
import { atLeast } from '../whole-number.ts';
import { flashSale } from './flash-sale.ts';
import { ARMS, type FlashSaleOptions } from './options.ts';

export function flashSaleCommand(): Command {
  return new Command('flash-sale')
    .description('what refusing and granting cost when sales open, and whether the store agrees with every answer')
    .addOption(onlyOption('arms', ARMS))
    .option('--connections <count>', 'over which the users of the sale come, first of all', atLeast(1), 1_000)
    .option('--users <count>', 'of the sale', atLeast(1), 10_000)
    .option('--seats <count>', 'of the sale', atLeast(1), 100)
    .option('--seconds <count>', 'measured of each server in each round', atLeast(1), 2)
    .option('--rounds <count>', 'times that the servers take turns', atLeast(1), 6)
    .option('--nodes <count>', 'of Holdfast, each on a port of its own', atLeast(1), 1)
    .option('--profile <directory>', "where to write CPU profiles of Holdfast's first node, and what they say")
    .action(async (options: FlashSaleOptions) => {
      process.exitCode = await flashSale(options);
    });
}
