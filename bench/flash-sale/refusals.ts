import { disagreements } from './agreement.ts';
import { measure, type RunFigures } from './measure.ts';
import { CONNECTIONS } from './options.ts';
import { anySeats, reserveRequests } from './requests.ts';
import type { Server, Stage } from './stage.ts';

/** Of the house, which is sold out before. */
const SEATS = 100;
/** Refused before anything is measured, so that all of the code is compiled. */
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

/** Nothing is left, and everybody asks: Holdfast and the floor by turns are sent the very same requests. */
export async function runRefusals(stage: Stage): Promise<RefusalsFigures> {
  const { seconds, rounds } = stage.options;
  const eventId = await stage.openEvent(SEATS);
  const requestsFor = (count: number) => reserveRequests(eventId, count, () => anySeats(SEATS, 1, 1));
  const run = (server: Server, arm: string, count: number, limit: number | null) => {
    return measure(stage, { arm, server, requests: requestsFor(count), connections: CONNECTIONS, seconds: limit });
  };
  const all = reserveRequests(eventId, SEATS, (at) => [at]);
  const sold = await measure(stage, {
    arm: 'refusals-sell-out',
    server: stage.holdfast,
    requests: all,
    connections: CONNECTIONS,
    seconds: null,
  });
  const warm = await run(stage.holdfast, 'refusals-warm-up', WARM_UP, null);
  await run(stage.floor, 'floor-warm-up', WARM_UP, null);
  const exchanges = [...sold.exchanges, ...warm.exchanges];
  const measured: RefusalsRound[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const holdfast = await run(stage.holdfast, `refusals-${round}`, seconds * MOST_PER_SECOND, seconds);
    const floor = await run(stage.floor, `floor-${round}`, seconds * MOST_PER_SECOND, seconds);
    exchanges.push(...holdfast.exchanges);
    measured.push({ holdfast: holdfast.figures, floor: floor.figures });
  }
  return { rounds: measured, disagreements: await disagreements(stage.sql, eventId, exchanges) };
}
