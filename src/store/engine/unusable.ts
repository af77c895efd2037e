import postgres from 'postgres';
import { OperatorError } from '../../operator-error.ts';
import { isConnectionLost } from './faults.ts';
import { nameOf, type PostgresPlace } from './postgres-connection.ts';

/** The database cannot be opened, or not be used. */
export class StoreUnusable extends OperatorError {
  override readonly name = 'StoreUnusable';
}

/** What to do, by the codes of Node, OpenSSL and Postgres. */
const ADVICE: Readonly<Record<string, string>> = {
  CONNECTION_CLOSED: 'as a pooler does in statement mode: set its pool_mode to transaction or session',
  CONNECTION_DESTROYED: 'it gave no answer in time',
  CONNECT_TIMEOUT: 'it gave no answer in time: something else than Postgres may listen there',
  ECONNRESET: 'something else than Postgres may listen there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'name its certificate or its authority with sslrootcert',
  SELF_SIGNED_CERT_IN_CHAIN: 'name its authority with sslrootcert',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'name its authority with sslrootcert',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'name its authority with sslrootcert',
  ERR_TLS_CERT_ALTNAME_INVALID: 'connect by a name in its certificate, or say sslmode=verify-ca',
  '25006': 'connect to a server that takes writes',
  '28000': 'see its pg_hba.conf; where it asks for encryption, say sslmode=require',
  '55P03': 'a transaction keeps a table from being changed: end it, and start again',
  '42501': 'grant it to the role, or connect as the owner of the tables',
};
/** By the words of the message, where the code says too little. */
const ADVICE_BY_WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /before secure TLS connection|wrong version number/,
    'where it offers no TLS, say sslmode=disable, or ask for TLS to be turned on',
  ],
];

/** Turns an error of opening the database into one for operators. Returns any other value, and a `StoreUnusable`, unchanged. */
export function unusable(error: unknown, place: Pick<PostgresPlace, 'target' | 'server'>): unknown {
  const cause = innermost(error);
  if (cause === undefined || cause instanceof StoreUnusable) return error;
  const isAnswer = cause instanceof postgres.PostgresError && !isConnectionLost(cause);
  const code = 'code' in cause ? String(cause.code) : '';
  const advice = ADVICE_BY_WORDS.find(([words]) => words.test(cause.message))?.[1] ?? ADVICE[code];
  const what = `the database cannot be ${isAnswer ? 'used' : 'reached'}: ${cause.message || code}`;
  return new StoreUnusable(`${what}${advice === undefined ? '' : `; ${advice}`} (${nameOf(place)})`, { cause: error });
}

/** Node collects the errors of all addresses of a name in one; Drizzle wraps the drivers' errors. */
function innermost(error: unknown): Error | undefined {
  if (error instanceof AggregateError) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  return innermost(error.cause) ?? error;
}
