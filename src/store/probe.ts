import postgres from 'postgres';
import { isConnectionLost } from './faults.ts';
import type { Probed } from './watched.ts';

const STEP_MS = 50;

/**
 * Asks Postgres over a connection of its own. An error that Postgres itself gives is an answer too, unless it is that it cannot
 * serve at all. Rejects if it cannot be reached, or gives no answer in time.
 */
export async function probe(url: string, timeoutMs: number): Promise<Probed> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const end = () => void client.end({ timeout: 0 });
  const stopWaiting = afterSteps(timeoutMs / STEP_MS, end);
  try {
    const [row] = await client<Probed[]>`
      select pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool as "isReadOnly"`;
    return { isReadOnly: row?.isReadOnly === true };
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || isConnectionLost(error)) throw error;
    return { isReadOnly: false };
  } finally {
    stopWaiting();
    end();
  }
}

/** In steps, as a long turn of this process' event loop is no silence of the store, whose answer may be lying in the socket. Returns how to stop. */
function afterSteps(steps: number, work: () => void): () => void {
  let left = steps;
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0) work();
  }, STEP_MS);
  return () => clearInterval(timer);
}
