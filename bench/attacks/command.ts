import { Command } from 'commander';
import { onlyOption } from '../only-option.ts';
import { atLeast } from '../whole-number.ts';
import { attacks } from './attacks.ts';
import { ATTACKS, type AttacksOptions } from './options.ts';

export function attacksCommand(): Command {
  return new Command('attacks')
    .description('the effect of attacks by one client on a node and its buyers, at default settings')
    .addOption(onlyOption('attacks', ATTACKS))
    .option('--seconds <count>', 'that each attack goes on', atLeast(1), 12)
    .action(async (options: AttacksOptions) => {
      process.exitCode = await attacks(options);
    });
}
