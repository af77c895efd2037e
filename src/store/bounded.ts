import { bulkhead } from 'cockatiel';
import type { Database } from './database.ts';

/** What a store that keeps up gets through in about two seconds. */
const MAX_WAITING = 2_000;

/** Statements and transactions, `atOnce` of them under way and some waiting; more are refused at once, as by a busy store. */
export function bounded(database: Database, atOnce: number): Database {
  const connections = bulkhead(atOnce, MAX_WAITING);
  return {
    get orm() {
      return database.orm;
    },
    rows: (statement) => connections.execute(() => database.rows(statement)),
    transaction: (work) => connections.execute(() => database.transaction(work)),
    migrate: () => database.migrate(),
    get answers() {
      return database.answers;
    },
    onAnswersChange: (listener) => database.onAnswersChange(listener),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
