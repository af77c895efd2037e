import { ConfigError } from '../config.ts';
import { OperatorError } from '../operator-error.ts';
import { isStoreUnavailable } from '../store/engine/faults.ts';
import { cannotListen } from './free-port.ts';

/** An error as one or a few lines for the operator, to follow the program's name. A fault of the program itself has its stack trace. */
export function problemAtStart(error: unknown): string {
  if (error instanceof ConfigError) return `wrong settings\n${indented(error.message)}`;
  if (error instanceof OperatorError) return error.message;
  if (isOfListening(error)) return cannotListen(error);
  if (isStoreUnavailable(error)) return `the database cannot be reached: ${innermost(error).message}`;
  const cause = innermost(error);
  if (refusesClient(cause)) return `the database cannot be used: ${cause.message}`;
  if (lacksTables(cause))
    return `the database cannot be used: ${cause.message}; \`holdfast migrate\` makes what is missing`;
  if (isOfSystem(cause)) return cause.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

/** A worker's port is bound for it by the primary. */
function isOfListening(error: unknown): boolean {
  return (
    error instanceof Error && 'syscall' in error && ['listen', 'bind', 'getaddrinfo'].includes(String(error.syscall))
  );
}

/** Postgres' codes for a wrong user, password, database or right. */
function refusesClient(error: Error): boolean {
  return 'code' in error && ['28000', '28P01', '3D000', '42501'].includes(String(error.code));
}

/** Postgres' codes for a missing table or column: no server of this version has run on the database yet. */
function lacksTables(error: Error): boolean {
  return 'code' in error && ['42P01', '42703'].includes(String(error.code));
}

/** An error of the system, whose message says what failed, and mostly on which file or socket. */
function isOfSystem(error: Error): boolean {
  return 'syscall' in error;
}

function innermost(error: unknown): Error {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at : new Error(String(at));
}
