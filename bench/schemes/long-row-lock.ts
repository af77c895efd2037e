import { setTimeout as wait } from 'node:timers/promises';
import postgres, { type TransactionSql } from 'postgres';
import { type Hold, newHold, type OpenScheme, type Wanted } from './scheme.ts';
import { lockSeats, writeHold } from './tables.ts';

/**
 * The row lock is the hold: the transaction stays open while the buyer pays, and ends with a booking or at the deadline. Each
 * holder and each waiting buyer occupies a connection.
 */
export const longRowLock: OpenScheme = ({ databaseUrl, poolSize, holdMs, payingMs }) => {
  const sql = postgres(databaseUrl, { max: poolSize });
  const open = new Set<Promise<void>>();

  async function hold(transaction: TransactionSql, wanted: Wanted, answer: (hold: Hold | null) => void): Promise<void> {
    const seats = await lockSeats(transaction, wanted);
    if (!seats.every(({ status }) => status === 'AVAILABLE')) {
      answer(null);
      return;
    }
    const granted = newHold(holdMs);
    answer(granted);
    await wait(payingMs ?? holdMs);
    if (payingMs !== null) await writeHold(transaction, 'BOOKED', wanted, granted);
  }

  return {
    reserve(wanted) {
      return new Promise((answer, fail) => {
        const transaction = sql
          .begin((begun) => hold(begun, wanted, answer))
          .catch(fail)
          .then(() => {
            open.delete(transaction);
          });
        open.add(transaction);
      });
    },
    async settled() {
      await Promise.all(open);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open);
      await sql.end();
    },
  };
};
