import postgres from 'postgres';
import type { PostgresServer } from '../config/postgres-url.ts';
import type { Probed } from './database.ts';
import { isConnectionLost } from './faults.ts';
import { connectTo, type PostgresPlace } from './postgres-connection.ts';

const STEP_MS = 50;

/** What a new connection finds, and where. */
export interface ProbedServer extends Probed {
  readonly server: PostgresServer;
}

/**
 * Asks every server over a connection of its own: gives this one if it takes writes, or else another that does, or else one that
 * answers. An error that Postgres itself gives is an answer too, unless it is that it cannot serve at all. Rejects if none can be
 * reached, or gives an answer in time.
 */
export async function probe(place: PostgresPlace, timeoutMs: number): Promise<ProbedServer> {
  const others = place.target.servers.filter((server) => server !== place.server);
  const probes = await Promise.allSettled(
    [place.server, ...others].map((server) => ask({ ...place, server }, timeoutMs)),
  );
  const answers = probes.flatMap((probed) => (probed.status === 'fulfilled' ? [probed.value] : []));
  const best = answers.find(({ isReadOnly }) => !isReadOnly) ?? answers[0];
  if (best !== undefined) return best;
  throw probes[0]?.status === 'rejected' ? probes[0].reason : new Error('there is no server');
}

async function ask(place: PostgresPlace, timeoutMs: number): Promise<ProbedServer> {
  const client = connectTo(place, { fetch_types: false, prepare: false });
  const end = () => void client.end({ timeout: 0 });
  const stopWaiting = afterSteps(timeoutMs / STEP_MS, end);
  const { server } = place;
  try {
    const [row] = await client<Probed[]>`
      select pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool as "isReadOnly"`;
    return { server, isReadOnly: row?.isReadOnly === true };
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || isConnectionLost(error)) throw error;
    return { server, isReadOnly: false };
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
