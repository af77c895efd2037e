#!/usr/bin/env node
import { exitCodes } from './cli/failure.ts';
import { run } from './cli/program.ts';

/** When all is done and closed, for what may be left behind all the same, such as a connection whose other end is silent. */
const LEAVE_WITHIN_MS = 1_000;

let wasOutputLost = false;
process.stdout.on('error', ({ message }) => {
  // Said once: what follows is lost as well.
  if (!wasOutputLost) process.stderr.write(`holdfast: the output cannot be written: ${message}\n`);
  wasOutputLost = true;
  process.exitCode = exitCodes.failed;
});
// There is nowhere left to say so.
process.stderr.on('error', () => {});

const exitCode = await run(process.argv.slice(2), process.env);
process.exitCode = wasOutputLost ? exitCodes.failed : exitCode;
setTimeout(() => process.exit(), LEAVE_WITHIN_MS).unref();
