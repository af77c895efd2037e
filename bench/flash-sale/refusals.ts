import { disagreements } from './agreement.ts';
import { measure, type RunFigures } from './measure.ts';
import { CONNECTIONS } from './options.ts';
import { anySeats, reserveRequests } from './requests.ts';
import type { Stage } from './stage.ts';

/** Seats of the event, which are sold out before. */
const SEATS = 100;
/** Requests before the measurement, so that the code is compiled. */
const WARM_UP = 8_000;
/** More than are answered in a second. */
const MOST_PER_SECOND = 12_000;

export interface RefusalsFigures {
  readonly rounds: readonly RefusalsRound[];
  readonly disagreements: readonly string[];
}

export interface RefusalsRound {
  readonly holdfast: RunFigures;
  readonly floor: RunFigures;
}

/** Sends the same requests for a sold-out event to Holdfast and to the floor, alternating. */
export async function runRefusals(stage: Stage): Promise<RefusalsFigures> {
  const { seconds, rounds } = stage.options;
  const eventId = await stage.openEvent(SEATS);
  const anySeat = () => anySeats(SEATS, 1, 1);
  const holdfast = { server: stage.holdfast, connections: CONNECTIONS, seconds: null };
  const floor = { server: stage.floor, connections: CONNECTIONS, seconds: null };

  const all = reserveRequests(eventId, SEATS, (at) => [at]);
  const sold = await measure(stage, { ...holdfast, arm: 'refusals-sell-out', requests: all });
  const first = reserveRequests(eventId, WARM_UP, anySeat);
  const warm = await measure(stage, { ...holdfast, arm: 'refusals-warm-up', requests: first });
  await measure(stage, { ...floor, arm: 'floor-warm-up', requests: first });

  const exchanges = [...sold.exchanges, ...warm.exchanges];
  const measured: RefusalsRound[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const requests = reserveRequests(eventId, seconds * MOST_PER_SECOND, anySeat);
    const refused = await measure(stage, { ...holdfast, arm: `refusals-${round}`, requests, seconds });
    const bare = await measure(stage, { ...floor, arm: `floor-${round}`, requests, seconds });
    exchanges.push(...refused.exchanges);
    measured.push({ holdfast: refused.figures, floor: bare.figures });
  }
  return { rounds: measured, disagreements: await disagreements(stage.sql, eventId, exchanges) };
}
