import { ConfigError } from '../config.ts';
import { DataDirInUse } from '../store/data-dir-lock.ts';
import { isStoreUnavailable } from '../store/faults.ts';

/** What went wrong, in a line or a few for whoever started the program; a fault of the program itself with its stack. */
export function problemAtStart(error: unknown): string {
  if (error instanceof ConfigError) return `holdfast: wrong settings\n${indented(error.message)}`;
  if (error instanceof DataDirInUse) return `holdfast: ${error.message}`;
  if (isPortTaken(error)) return `holdfast: ${error.message}; set PORT to another port, or stop what listens there`;
  if (isStoreUnavailable(error)) return `holdfast: the database cannot be reached: ${innermost(error)}`;
  if (error instanceof Error) return `holdfast: ${error.stack ?? error.message}`;
  return `holdfast: ${String(error)}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function isPortTaken(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

function innermost(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}
