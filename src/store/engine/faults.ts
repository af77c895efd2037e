/** What can be the matter with a store as a whole, and how it is put to people. */
export const storeTroubles = {
  silent: 'the store does not answer',
  'read-only': 'the store takes no writes: it is read-only',
  'disk-full': 'the store takes no writes: its disk is full',
  'out-of-memory': 'the store refuses work: it is out of memory',
  'out-of-connections': 'the store refuses work: it has no connections left',
  overloaded: 'the store does not keep up with what is asked of it',
} as const;

export type StoreTrouble = keyof typeof storeTroubles;

type Kind = 'retry' | 'unavailable' | 'lost';

/** Postgres' and the driver's error codes that say something about the moment and not about the statement. */
const KINDS: Readonly<Record<string, Kind>> = {
  '40001': 'retry', // serialization_failure
  '40P01': 'retry', // deadlock_detected
  '25006': 'unavailable', // read_only_sql_transaction: a primary that was demoted
  '53100': 'unavailable', // disk_full
  '53200': 'unavailable', // out_of_memory
  '53300': 'unavailable', // too_many_connections
  '57014': 'unavailable', // query_canceled, by statement_timeout
  '25P03': 'lost', // idle_in_transaction_session_timeout
  '57P01': 'lost', // admin_shutdown
  '57P02': 'lost', // crash_shutdown
  '57P03': 'lost', // cannot_connect_now
  '08000': 'lost', // connection_exception
  '08003': 'lost', // connection_does_not_exist
  '08006': 'lost', // connection_failure
  CONNECTION_CLOSED: 'lost',
  CONNECTION_DESTROYED: 'lost',
  CONNECTION_ENDED: 'lost',
  CONNECT_TIMEOUT: 'lost',
  EAI_AGAIN: 'lost', // the name server does not answer
  ECONNREFUSED: 'lost',
  ECONNRESET: 'lost',
  EHOSTUNREACH: 'lost',
  ENETUNREACH: 'lost',
  ENOENT: 'lost', // a unix socket that is gone
  ENOTFOUND: 'lost',
  EPIPE: 'lost',
  ETIMEDOUT: 'lost',
  OPERATION_OVER: 'unavailable',
  STORE_BUSY: 'unavailable',
  STORE_SILENT: 'unavailable',
};

/** Those that say what is the matter with the store as a whole. */
const TROUBLES: Readonly<Record<string, StoreTrouble>> = {
  '25006': 'read-only',
  '53100': 'disk-full',
  '53200': 'out-of-memory',
  '53300': 'out-of-connections',
  STORE_BUSY: 'overloaded',
};

/** The store does not answer. What was under way may have happened or not; what comes while it is so is not sent. */
export class StoreSilent extends Error {
  override readonly name = 'StoreSilent';
  readonly code = 'STORE_SILENT';

  constructor() {
    super('the store does not answer');
  }
}

/** Was not sent, as there was no connection for it in time. */
export class StoreBusy extends Error {
  override readonly name = 'StoreBusy';
  readonly code = 'STORE_BUSY';
}

/** Was not sent, as the operation that asked for it was over before there was a connection. */
export class OperationOver extends Error {
  override readonly name = 'OperationOver';
  readonly code = 'OPERATION_OVER';

  constructor() {
    super('the operation is over');
  }
}

/** A transaction is begun at most this often before its error is let through. */
const MAX_ATTEMPTS = 5;

/** Runs the work again while the database says that only its timing was at fault: then it has changed nothing. */
export async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (kindOf(error) !== 'retry' || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** The store could not be reached, or refuses work for now. What was under way may have happened or not. */
export function isStoreUnavailable(error: unknown): boolean {
  return kindOf(error) !== undefined;
}

/** What the failure shows to be the matter with the store as a whole, if anything. */
export function troubleIn(error: unknown): StoreTrouble | undefined {
  return firstOf(TROUBLES, error);
}

/** The connection is no more, or never was. */
export function isConnectionLost(error: unknown): boolean {
  return kindOf(error) === 'lost';
}

/** A lock was not to be had within the connection's `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return firstOf({ '55P03': true }, error) === true;
}

/** The statement would have written a value a second time that the named index allows once. */
export function isUniqueViolation(error: unknown, index: string): boolean {
  return causes(error).some(
    (cause) =>
      property(cause, 'code') === '23505' &&
      [property(cause, 'constraint'), property(cause, 'constraint_name')].includes(index),
  );
}

function kindOf(error: unknown): Kind | undefined {
  return firstOf(KINDS, error);
}

/** What the table has for the error's code, or for that of a cause of it. */
function firstOf<Value>(table: Readonly<Record<string, Value>>, error: unknown): Value | undefined {
  return causes(error)
    .map((cause) => table[property(cause, 'code') ?? ''])
    .find((value) => value !== undefined);
}

/** Drizzle wraps what the drivers throw. */
function causes(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}

function property(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
