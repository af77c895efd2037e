import { Command } from 'commander';
import { attacksCommand } from './attacks/command.ts';
import { fanOutCommand } from './fan-out/command.ts';
import { flashSaleCommand } from './flash-sale/command.ts';
import { openingCommand } from './opening/command.ts';
import { schemesCommand } from './schemes/command.ts';
import { worstQueryCommand } from './worst-query/command.ts';

await new Command('bench')
  .description('Measures Holdfast beside floors of the same run, and fails where a promised bound is missed.')
  .addCommand(attacksCommand())
  .addCommand(fanOutCommand())
  .addCommand(flashSaleCommand())
  .addCommand(openingCommand())
  .addCommand(schemesCommand())
  .addCommand(worstQueryCommand())
  .parseAsync();
