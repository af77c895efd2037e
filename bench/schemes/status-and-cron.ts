import postgres from 'postgres';
import { newHold, type OpenScheme } from './scheme.ts';
import { lockSeats, writeHold } from './tables.ts';

/** Only the status says whether a seat is free. A periodic job, usually every minute, frees what has expired. */
export const statusAndCron: OpenScheme = ({ databaseUrl, poolSize, holdMs, cronMs }) => {
  const sql = postgres(databaseUrl, { max: poolSize });
  const job = setInterval(async () => {
    await sql`
      update seats set status = 'AVAILABLE', reservation_id = null, expires_at = null
      where status = 'RESERVED' and expires_at <= now()`;
  }, cronMs);

  return {
    reserve(wanted) {
      return sql.begin(async (transaction) => {
        const seats = await lockSeats(transaction, wanted);
        if (!seats.every(({ status }) => status === 'AVAILABLE')) return null;
        const hold = newHold(holdMs);
        await writeHold(transaction, 'RESERVED', wanted, hold);
        return hold;
      });
    },
    async settled() {},
    async [Symbol.asyncDispose]() {
      clearInterval(job);
      await sql.end();
    },
  };
};
