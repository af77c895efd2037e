import postgres from 'postgres';
import { newHold, type OpenScheme, type Wanted } from './scheme.ts';
import { SeatLocks } from './seat-locks.ts';
import { writeHold } from './tables.ts';

/** The lock in Redis is the hold, and its TTL the deadline. Postgres stores holds, and is only read for bookings. */
export const redisLock: OpenScheme = ({ databaseUrl, redisUrl, poolSize, holdMs }) => {
  const sql = postgres(databaseUrl, { max: poolSize });
  const locks = new SeatLocks(redisUrl);

  async function isBooked({ eventId, seats }: Wanted): Promise<boolean> {
    const booked = await sql`
      select from seats
      where event_id = ${eventId} and index = any(${seats as number[]}::integer[]) and status = 'BOOKED' limit 1`;
    return booked.length > 0;
  }

  return {
    async reserve(wanted) {
      const hold = newHold(holdMs);
      if (!(await locks.acquire(wanted, hold))) return null;
      let isWritten = false;
      try {
        if (await isBooked(wanted)) return null;
        await sql.begin((transaction) => writeHold(transaction, 'RESERVED', wanted, hold));
        isWritten = true;
        return hold;
      } finally {
        if (!isWritten) await locks.release(wanted, hold);
      }
    },
    async settled() {},
    async [Symbol.asyncDispose]() {
      await locks[Symbol.asyncDispose]();
      await sql.end();
    },
  };
};
