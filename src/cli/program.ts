import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { CommandFailure, type ExitCode, exitCodes } from './failure.ts';
import { importCommand } from './import.ts';
import { migrateCommand } from './migrate.ts';
import { paymentsCommand } from './payments.ts';
import { problemAtStart } from './problems.ts';
import { serveCommand } from './serve.ts';
import { tokenCommand } from './token.ts';
import { verifyCommand } from './verify.ts';

const epilogue = `
Settings come from the environment: see docs/settings.md. \`holdfast help <command>\` has examples.
Exit codes: 0 done, 1 failed, 2 wrongly called or wrong settings.`;

/** Runs a command line without the program's name. Returns the exit code. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<ExitCode> {
  try {
    await createProgram(env).parseAsync(args, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    // Commander has already reported the error, or shown the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wronglyCalled;
    process.stderr.write(`holdfast: ${problemAtStart(error)}\n`);
    if (error instanceof CommandFailure) return error.exitCode;
    return error instanceof ConfigError ? exitCodes.wronglyCalled : exitCodes.failed;
  }
}

/** The path is the same from `src/cli` and `dist/cli`. */
function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

function createProgram(env: NodeJS.ProcessEnv): Command {
  const program = new Command('holdfast')
    .description('A seat-reservation server.')
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', epilogue)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'holdfast:')) })
    .exitOverride();
  const commands = [serveCommand, migrateCommand, tokenCommand, importCommand, verifyCommand, paymentsCommand];
  for (const command of commands) {
    const added = command(env).copyInheritedSettings(program);
    for (const inner of added.commands) inner.copyInheritedSettings(program);
    program.addCommand(added);
  }
  return program;
}
