import { ConfigError } from '../config.ts';
import { RedisUnusable } from '../coordination/redis/coordination.ts';
import { DataDirInUse } from '../store/data-dir-lock.ts';
import { isStoreUnavailable } from '../store/faults.ts';
import { StoreUnusable } from '../store/unusable.ts';
import { CommandFailure } from './failure.ts';
import { cannotListen } from './free-port.ts';

/** Their messages are lines for people. */
const forPeople = [CommandFailure, DataDirInUse, StoreUnusable, RedisUnusable];

/**
 * What went wrong, in a line or a few for whoever started the program, to stand after the program's name; a
 * fault of the program itself with its stack.
 */
export function problemAtStart(error: unknown): string {
  if (error instanceof ConfigError) return `wrong settings\n${indented(error.message)}`;
  if (error instanceof Error && forPeople.some((kind) => error instanceof kind)) return error.message;
  if (isOfListening(error)) return cannotListen(error);
  if (isStoreUnavailable(error)) return `the database cannot be reached: ${innermost(error).message}`;
  const cause = innermost(error);
  if (refusesClient(cause)) return `the database cannot be used: ${cause.message}`;
  if (isOfSystem(cause)) return cause.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

/** A worker's port is bound for it by the primary. */
function isOfListening(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && ['listen', 'bind'].includes(String(error.syscall));
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
