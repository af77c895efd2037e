import postgres, { type Sql } from 'postgres';
import { type Hold, newHold, type OpenScheme, type Wanted } from './scheme.ts';
import { lockSeats, type SeatRow, writeHold } from './tables.ts';

/** Status and deadline say whether a seat is free. They are checked under a row lock, in a short transaction. */
export const dualAttribute: OpenScheme = ({ databaseUrl, poolSize, holdMs }) => {
  const sql = postgres(databaseUrl, { max: poolSize });
  return {
    reserve: (wanted) => holdIfFree(sql, wanted, holdMs),
    async settled() {},
    [Symbol.asyncDispose]: () => sql.end(),
  };
};

export function holdIfFree(sql: Sql, wanted: Wanted, holdMs: number): Promise<Hold | null> {
  return sql.begin(async (transaction) => {
    const seats = await lockSeats(transaction, wanted);
    const hold = newHold(holdMs);
    if (!seats.every((seat) => isFree(seat, hold.createdAt))) return null;
    await writeHold(transaction, 'RESERVED', wanted, hold);
    return hold;
  });
}

function isFree({ status, expiresAt }: SeatRow, at: Date): boolean {
  return status === 'AVAILABLE' || (status === 'RESERVED' && expiresAt !== null && expiresAt <= at);
}
