#!/usr/bin/env node
import { exitCodes } from './cli/failure.ts';
import { run } from './cli/program.ts';

/** After everything is closed: bounds what may be left nevertheless, such as a connection whose peer does not answer. */
const LEAVE_WITHIN_MS = 1_000;

let wasOutputLost = false;
process.stdout.on('error', ({ message }) => {
  // Reported once, because further output is lost as well.
  if (!wasOutputLost) process.stderr.write(`holdfast: the output cannot be written: ${message}\n`);
  wasOutputLost = true;
  process.exitCode = exitCodes.failed;
});
// There is nowhere left to report it.
process.stderr.on('error', () => {});

const exitCode = await run(process.argv.slice(2), process.env);
process.exitCode = wasOutputLost ? exitCodes.failed : exitCode;
setTimeout(() => process.exit(), LEAVE_WITHIN_MS).unref();
