import { Command } from 'commander';
import { atLeast } from '../whole-number.ts';
import { fanOut } from './fan-out.ts';
import type { FanOutOptions } from './options.ts';

export function fanOutCommand(): Command {
  return new Command('fan-out')
    .description('CPU and memory of telling every subscriber of a seat map what changes')
    .option('--subscribers <count>', 'sockets, each with one subscription', atLeast(1), 2_000)
    .option('--seconds <count>', 'measured of each arm in each round', atLeast(1), 20)
    .option('--frames-per-second <count>', 'changes, each told in a frame unless the node is busy', atLeast(1), 10)
    .option('--changes <count>', 'seats that change in each frame', atLeast(1), 5)
    .option('--rounds <count>', 'times that the arms take turns', atLeast(1), 3)
    .option('--crowd <count>', 'sockets of which memory, latency and coming back are measured', atLeast(1), 10_000)
    .option(
      '--memory-minutes <count>',
      'how long to watch the memory while seats change; 0 leaves it out',
      atLeast(0),
      0,
    )
    .action(async (options: FanOutOptions) => {
      process.exitCode = await fanOut(options);
    });
}
