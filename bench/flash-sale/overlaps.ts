import { disagreements } from './agreement.ts';
import { measure, type RunFigures } from './measure.ts';
import { anySeats, reserveRequests } from './requests.ts';
import type { Stage } from './stage.ts';

const SEATS = 1_000;
const REQUESTS = 5_000;
const CONNECTIONS = 256;
const MOST_SEATS = 5;

export interface OverlapFigures extends RunFigures {
  readonly deadlocks: number;
  readonly disagreements: readonly string[];
}

/** Requests for several seats in random order, most of which are refused. */
export async function runOverlaps(stage: Stage): Promise<OverlapFigures> {
  const eventId = await stage.openEvent(SEATS);
  const requests = reserveRequests(eventId, REQUESTS, () => anySeats(SEATS, 2, MOST_SEATS));
  const deadlocksBefore = await countDeadlocks(stage);
  const { figures, exchanges } = await measure(stage, {
    arm: 'overlaps',
    server: stage.holdfast,
    requests,
    connections: CONNECTIONS,
    seconds: null,
  });
  return {
    ...figures,
    deadlocks: (await countDeadlocks(stage)) - deadlocksBefore,
    disagreements: await disagreements(stage.sql, eventId, exchanges),
  };
}

async function countDeadlocks({ sql }: Stage): Promise<number> {
  const [row] = await sql<{ deadlocks: number }[]>`
    select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()`;
  return row?.deadlocks ?? 0;
}
