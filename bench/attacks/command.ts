import { Command, InvalidArgumentError, Option } from 'commander';
import { atLeast } from '../whole-number.ts';
import { attacks } from './attacks.ts';
import { ATTACKS, type AttackName, type AttacksOptions } from './options.ts';

export function attacksCommand(): Command {
  return new Command('attacks')
    .description('what one stranger takes from a node and its buyers, at default settings')
    .addOption(new Option('--only <attacks...>', `of ${ATTACKS.join(', ')}`).argParser(addAttack).default([], 'all'))
    .option('--seconds <count>', 'that each attack goes on', atLeast(1), 12)
    .action(async (options: AttacksOptions) => {
      process.exitCode = await attacks(options);
    });
}

function addAttack(text: string, names: readonly AttackName[]): AttackName[] {
  const name = ATTACKS.find((each) => each === text);
  if (name === undefined) throw new InvalidArgumentError(`expected some of ${ATTACKS.join(', ')}`);
  return [...names, name];
}
