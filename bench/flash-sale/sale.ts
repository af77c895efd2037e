import { decodeEventId } from '../../src/graphql/ids.ts';
import { disagreements } from './agreement.ts';
import { measure, type RunFigures } from './measure.ts';
import { CONNECTIONS } from './options.ts';
import { anySeats, reserveRequests } from './requests.ts';
import type { Stage } from './stage.ts';
import { type Counts, callsInForeground } from './statements.ts';

export interface SaleFigures extends RunFigures {
  readonly granted: number;
  /** Statements that wrote a reservation. */
  readonly winningWrites: number;
  /** Statements besides the writes of reservations and their locks. */
  readonly losersStatements: number;
  /** Statements that were caused after the last seat was granted; null if that never happened. */
  readonly onceSoldOut: Counts | null;
  readonly disagreements: readonly string[];
}

/** Thousands of requests for a few seats, first over many connections, then over few. */
export async function runSales(stage: Stage): Promise<SaleFigures[]> {
  return [await runSale(stage, stage.options.connections), await runSale(stage, CONNECTIONS)];
}

async function runSale(stage: Stage, connections: number): Promise<SaleFigures> {
  const { users, seats } = stage.options;
  const eventId = await stage.openEvent(seats);
  const requests = reserveRequests(eventId, users, () => anySeats(seats, 1, 1));
  const arm = `sale-${connections}`;
  const { figures, exchanges, statementsOnceSoldOut } = await measure(stage, {
    arm,
    server: stage.holdfast,
    requests,
    connections,
    seconds: null,
    seats,
  });
  const granted = figures.outcomes.Reservation ?? 0;
  const winningWrites = await countWrites(stage, eventId);
  return {
    ...figures,
    granted,
    winningWrites,
    losersStatements: losersStatements(figures.statements, winningWrites),
    onceSoldOut: statementsOnceSoldOut,
    disagreements: await disagreements(stage.sql, eventId, exchanges),
  };
}

/** Counts the transaction numbers of rows, because each write has a transaction of its own. */
async function countWrites({ sql }: Stage, eventId: string): Promise<number> {
  const [row] = await sql<{ writes: number }[]>`
    select count(distinct xmin::text)::int as writes from reservations where event_id = ${decodeEventId(eventId)}`;
  return row?.writes ?? 0;
}

function losersStatements(counts: Counts, writes: number): number {
  const least = (kind: keyof Counts, most: number) => Math.min(counts[kind]?.calls ?? 0, most);
  return callsInForeground(counts) - least('reserve', writes) - least('lock event', writes);
}
