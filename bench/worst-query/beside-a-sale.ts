import { setTimeout as sleep } from 'node:timers/promises';
import type { AsyncStack } from '../../src/async-stack.ts';
import { Load } from '../flash-sale/load.ts';
import { reserveRequests } from '../flash-sale/requests.ts';
import { quantileOf } from '../statistics.ts';
import { CONNECTIONS, type WorstQueryOptions } from './options.ts';
import type { MeasuredServer } from './server.ts';

/** More seats than are sold in a second. */
const SEATS_PER_SECOND = 5_000;
/** Sold before anything is measured, so that all of the code is compiled. */
const WARM_UP_SECONDS = 3;

/** Waits of reservations with the query once a second, of those without in the same round: the medians of all rounds. */
export interface Slowdown {
  readonly p50: number;
  readonly p99: number;
}

/** A sale, with and without the query once a second, by turns. */
export async function besideASale(
  server: MeasuredServer,
  resources: AsyncStack,
  { query, seconds, rounds }: Pick<WorstQueryOptions, 'seconds' | 'rounds'> & { readonly query: string },
): Promise<Slowdown> {
  const load = new Load(resources);
  await sell(WARM_UP_SECONDS);
  const slowdowns: Slowdown[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const without = await sell(seconds);
    const asking = new AbortController();
    const asked = askEachSecond(asking.signal);
    const beside = await sell(seconds);
    asking.abort();
    await asked;
    slowdowns.push({
      p50: quantileOf(beside, 0.5) / quantileOf(without, 0.5),
      p99: quantileOf(beside, 0.99) / quantileOf(without, 0.99),
    });
  }
  const medianOf = (measure: keyof Slowdown) =>
    quantileOf(
      slowdowns.map((one) => one[measure]),
      0.5,
    );
  return { p50: medianOf('p50'), p99: medianOf('p99') };

  /** Resolves with how long each reservation took, in milliseconds. */
  async function sell(forSeconds: number): Promise<number[]> {
    const seats = SEATS_PER_SECOND * forSeconds;
    const eventId = await server.openEvent(seats);
    await load.prepare({ mutation: 'reserve', requests: reserveRequests(eventId, seats, (at) => [at]) });
    const { answers } = await load.connected('sale', { urls: [server.url], connections: CONNECTIONS }, (send) =>
      send({ seconds: forSeconds, granted: null }),
    );
    return answers.map(({ tookMs }) => tookMs);
  }

  async function askEachSecond(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await server.ask(query);
      await sleep(1_000, undefined, { signal }).catch(() => {});
    }
  }
}
