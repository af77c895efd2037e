import { disagreements } from './agreement.ts';
import { measure, type RunFigures } from './measure.ts';
import { CONNECTIONS } from './options.ts';
import { reserveRequests } from './requests.ts';
import type { Server, Stage } from './stage.ts';

/** Seats of each event: more than are granted in a round. */
const SEATS = 20_000;
const WARM_UP_SEATS = 2_000;

/** Every request is for another free seat, in a new event. */
export interface WinFigures extends RunFigures {
  readonly disagreements: readonly string[];
}

export interface WinsRound {
  readonly holdfast: WinFigures;
  readonly textbook: WinFigures;
}

/** Alternates Holdfast and the textbook server. */
export async function runWins(stage: Stage): Promise<WinsRound[]> {
  await warmUp(stage, stage.holdfast);
  await warmUp(stage, stage.textbook);
  const measured: WinsRound[] = [];
  for (let round = 1; round <= stage.options.rounds; round += 1) {
    const holdfast = await runWin(stage, stage.holdfast, `wins-${round}`, CONNECTIONS);
    const textbook = await runWin(stage, stage.textbook, `textbook-${round}`, CONNECTIONS);
    measured.push({ holdfast, textbook });
  }
  return measured;
}

export const CONCURRENCIES = [10, 100, 1_000] as const;
export type ContentionRound = Readonly<Record<(typeof CONCURRENCIES)[number], WinFigures>>;

/** `wins` with more and more requests in flight. */
export async function runContention(stage: Stage): Promise<ContentionRound[]> {
  await warmUp(stage, stage.holdfast);
  const measured: ContentionRound[] = [];
  for (let round = 1; round <= stage.options.rounds; round += 1) {
    const run = (connections: number) =>
      runWin(stage, stage.holdfast, `contention-${connections}-${round}`, connections);
    measured.push({ 10: await run(10), 100: await run(100), 1000: await run(1_000) });
  }
  return measured;
}

async function warmUp(stage: Stage, server: Server): Promise<void> {
  const eventId = await stage.openEvent(WARM_UP_SEATS);
  const requests = reserveRequests(eventId, WARM_UP_SEATS, (at) => [at]);
  await measure(stage, { arm: 'wins-warm-up', server, requests, connections: CONNECTIONS, seconds: null });
}

async function runWin(stage: Stage, server: Server, arm: string, connections: number): Promise<WinFigures> {
  const eventId = await stage.openEvent(SEATS);
  await stage.showEvent(eventId);
  const requests = reserveRequests(eventId, SEATS, (at) => [at]);
  const { seconds } = stage.options;
  const { figures, exchanges } = await measure(stage, { arm, server, requests, connections, seconds });
  return { ...figures, disagreements: await disagreements(stage.sql, eventId, exchanges) };
}
