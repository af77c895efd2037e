/** What can be wrong with the store as a whole, and the words for operators. */
export const storeFaults = {
  unresponsive: 'the store does not answer',
  'read-only': 'the store takes no writes: it is read-only',
  'disk-full': 'the store takes no writes: its disk is full',
  'out-of-memory': 'the store refuses work: it is out of memory',
  'out-of-connections': 'the store refuses work: it has no connections left',
  overloaded: 'the store does not keep up with what is asked of it',
} as const;

export type StoreFault = keyof typeof storeFaults;

type Kind = 'retry' | 'unavailable' | 'lost';

/** Error codes of Postgres and the driver that are about the state of the store and not about the statement. */
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
  STORE_UNRESPONSIVE: 'unavailable',
};

/** Those that are about the store as a whole. */
const FAULTS: Readonly<Record<string, StoreFault>> = {
  '25006': 'read-only',
  '53100': 'disk-full',
  '53200': 'out-of-memory',
  '53300': 'out-of-connections',
  STORE_BUSY: 'overloaded',
};

/** The store does not answer. Statements in flight may have run or not; new ones are not sent meanwhile. */
export class StoreUnresponsive extends Error {
  override readonly name = 'StoreUnresponsive';
  readonly code = 'STORE_UNRESPONSIVE';

  constructor() {
    super('the store does not answer');
  }
}

/** The statement was not sent: no connection became free in time. */
export class StoreBusy extends Error {
  override readonly name = 'StoreBusy';
  readonly code = 'STORE_BUSY';
}

/** The statement was not sent: its operation was over before a connection became free. */
export class OperationOver extends Error {
  override readonly name = 'OperationOver';
  readonly code = 'OPERATION_OVER';

  constructor() {
    super('the operation is over');
  }
}

/** How often work is tried before its error is passed on. */
const MAX_ATTEMPTS = 5;

/** Runs the work again after a serialization failure or a deadlock, when it has changed nothing. */
export async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (kindOf(error) !== 'retry' || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** The store could not be reached, or refuses work for now. Statements in flight may have run or not. */
export function isStoreUnavailable(error: unknown): boolean {
  return kindOf(error) !== undefined;
}

/** What the error says is wrong with the store as a whole, if anything. */
export function faultIn(error: unknown): StoreFault | undefined {
  return firstOf(FAULTS, error);
}

/** The connection was lost, or could not be made. */
export function isConnectionLost(error: unknown): boolean {
  return kindOf(error) === 'lost';
}

/** A lock was not granted within the connection's `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return firstOf({ '55P03': true }, error) === true;
}

/** The statement violated the named unique index. */
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

/** The table's entry for the code of the error, or of one of its causes. */
function firstOf<Value>(table: Readonly<Record<string, Value>>, error: unknown): Value | undefined {
  return causes(error)
    .map((cause) => table[property(cause, 'code') ?? ''])
    .find((value) => value !== undefined);
}

/** The error and its causes: Drizzle wraps the drivers' errors. */
function causes(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}

function property(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
