import postgres from 'postgres';
import { holdIfFree } from './dual-attribute.ts';
import { newHold, type OpenScheme } from './scheme.ts';
import { SeatLocks } from './seat-locks.ts';

/** A lock in Redis refuses most requests before they reach Postgres, where status and deadline of the row decide. */
export const hybrid: OpenScheme = ({ databaseUrl, redisUrl, poolSize, holdMs }) => {
  const sql = postgres(databaseUrl, { max: poolSize });
  const locks = new SeatLocks(redisUrl);
  return {
    async reserve(wanted) {
      const lock = newHold(holdMs);
      if (!(await locks.acquire(wanted, lock))) return null;
      let hold = null;
      try {
        hold = await holdIfFree(sql, wanted, holdMs);
        return hold;
      } finally {
        if (hold === null) await locks.release(wanted, lock);
      }
    },
    async settled() {},
    async [Symbol.asyncDispose]() {
      await locks[Symbol.asyncDispose]();
      await sql.end();
    },
  };
};
