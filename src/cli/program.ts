import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { problemAtStart } from './problems.ts';
import { serveCommand } from './serve.ts';

/** Runs one command line, without the program's own name. Gives the exit code: 0 done, 1 failed, 2 wrongly called. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const program = new Command('holdfast')
    .description('A seat-reservation server. Settings come from the environment: see docs/settings.md.')
    .addCommand(serveCommand(env))
    .exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${problemAtStart(error)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}
