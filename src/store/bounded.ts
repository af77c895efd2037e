import { bulkhead } from 'cockatiel';
import type { Database, Engine } from './database.ts';
import { troubleIn } from './faults.ts';
import type { StoreTrouble } from './trouble.ts';

/** What a store that keeps up gets through in about two seconds. */
const MAX_WAITING = 2_000;
/** What a failure has shown to be the matter is taken to be so for this long. */
const BELIEVED_MS = 1_000;

/** Called with how long the store took for one, from when it was sent. */
export type OnAnswered = (kind: 'statement' | 'transaction', tookMs: number) => void;

/** Statements and transactions, `atOnce` of them under way and some waiting; more are refused at once, as by a busy store. */
export function bounded(
  database: Engine & Partial<Pick<Database, 'trouble'>>,
  atOnce: number,
  onAnswered: OnAnswered,
): Database {
  const connections = bulkhead(atOnce, MAX_WAITING);
  let shown: { readonly trouble: StoreTrouble; readonly atMs: number } | undefined;

  async function run<Result>(kind: 'statement' | 'transaction', work: () => Promise<Result>): Promise<Result> {
    try {
      return await connections.execute(async () => {
        const sentAtMs = performance.now();
        try {
          return await work();
        } finally {
          onAnswered(kind, performance.now() - sentAtMs);
        }
      });
    } catch (error) {
      const trouble = troubleIn(error);
      if (trouble !== undefined) shown = { trouble, atMs: performance.now() };
      throw error;
    }
  }

  return {
    get orm() {
      return database.orm;
    },
    rows: (statement) => run('statement', () => database.rows(statement)),
    transaction: (work) => run('transaction', () => database.transaction(work)),
    together: (statements) => run('transaction', () => database.together(statements)),
    migrate: () => database.migrate(),
    get trouble() {
      if (database.trouble) return database.trouble;
      return shown !== undefined && performance.now() - shown.atMs < BELIEVED_MS ? shown.trouble : null;
    },
    get waiting() {
      return MAX_WAITING - connections.queueSlots;
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
