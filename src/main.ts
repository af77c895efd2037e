#!/usr/bin/env node
import { run } from './cli/program.ts';

/** When all is done and closed, for what may be left behind all the same, such as a connection whose other end is silent. */
const LEAVE_WITHIN_MS = 1_000;

process.exitCode = await run(process.argv.slice(2), process.env);
setTimeout(() => process.exit(), LEAVE_WITHIN_MS).unref();
