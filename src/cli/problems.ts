import { ConfigError } from '../config.ts';
import { DataDirInUse } from '../store/data-dir-lock.ts';
import { isStoreUnavailable } from '../store/faults.ts';
import { CommandFailure } from './failure.ts';

/** What went wrong, in a line or a few for whoever started the program; a fault of the program itself with its stack. */
export function problemAtStart(error: unknown): string {
  if (error instanceof ConfigError) return `holdfast: wrong settings\n${indented(error.message)}`;
  if (error instanceof CommandFailure || error instanceof DataDirInUse) return `holdfast: ${error.message}`;
  if (cannotListen(error)) return `holdfast: ${error.message}; set PORT or HOST to others, or stop what listens there`;
  if (isStoreUnavailable(error)) return `holdfast: the database cannot be reached: ${innermost(error).message}`;
  const cause = innermost(error);
  if (refusesClient(cause)) return `holdfast: the database cannot be used: ${cause.message}`;
  if (isOfSystem(cause)) return `holdfast: ${cause.message}`;
  return `holdfast: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function cannotListen(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

/** Postgres' codes for a user, a password, a database or a right that is wrong: for the operator to mend. */
function refusesClient(error: Error): boolean {
  return 'code' in error && ['28000', '28P01', '3D000', '42501'].includes(String(error.code));
}

/** The message names the file and what may not be done with it. */
function isOfSystem(error: Error): boolean {
  return 'syscall' in error && 'path' in error;
}

function innermost(error: unknown): Error {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at : new Error(String(at));
}
