import { AsyncStack } from '../../src/async-stack.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { type Bound, describeBounds, isKept } from '../bounds.ts';
import { Child } from '../child-process.ts';
import { openEvent } from '../event.ts';
import type { HoldfastServer } from '../flash-sale/holdfast-server.ts';
import { Load } from '../flash-sale/load.ts';
import { reserveRequests } from '../flash-sale/requests.ts';
import { describeMachine } from '../machine.ts';
import { keepResults } from '../results.ts';
import { quantileOf } from '../statistics.ts';
import { tableOf } from '../table.ts';
import { jwtSecret, tokenFor } from '../tokens.ts';
import { type OpeningOptions, SEATS } from './options.ts';
import type { Visited, Visitors } from './visitors.ts';

/** Combinations of page visits and sales. */
const ARMS = ['opens, warm', 'opens, cold', 'sale', 'sale and opens, warm', 'sale and opens, cold'] as const;
type Arm = (typeof ARMS)[number];

interface Figures {
  readonly arm: Arm;
  readonly openP50Ms: number;
  readonly openP99Ms: number;
  readonly failures: number;
  readonly layoutBytes: number;
  readonly reserveP50Ms: number;
  readonly reserveP99Ms: number;
  readonly granted: number;
  /** The server's CPU time per visit. Meaningless during a sale. */
  readonly cpuMsPerOpen: number;
}

/** More requests than a node answers in a second. */
const MOST_A_SECOND = 5_000;

/** Resolves to the exit code: 1 if a bound is missed. */
export async function opening(options: OpeningOptions): Promise<number> {
  const machine = describeMachine();
  await using resources = new AsyncStack();
  const node = await openNode(resources);
  const figures: Figures[] = [];
  // Compiles the code, and opens connections.
  await node.run('sale and opens, cold', { ...options, opens: 200, seconds: 3 });
  for (let round = 0; round < options.rounds; round += 1) {
    for (const arm of ARMS) {
      process.stderr.write(`round ${round + 1} of ${options.rounds}: ${arm}\n`);
      figures.push(await node.run(arm, options));
    }
  }
  const medians = ARMS.map((arm) => medianOf(figures.filter((one) => one.arm === arm)));
  const bounds = boundsOf(medians);
  process.stdout.write([reportOf(medians), describeBounds(bounds), ''].join('\n\n'));
  await keepResults('opening', { measuredAt: new Date().toISOString(), machine, options, bounds, medians, figures });
  return bounds.every(isKept) ? 0 : 1;
}

async function openNode(resources: AsyncStack) {
  const postgres = resources.use(await startPostgres());
  const redis = resources.use(await startRedis());
  const serverModule = new URL('../flash-sale/holdfast-server.ts', import.meta.url);
  const production = { NODE_ENV: 'production' };
  const server = resources.use(new Child<HoldfastServer>(serverModule, ['--max-semi-space-size=64'], production));
  const url = await server.ask('open', {
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.url,
    JWT_SECRET: jwtSecret,
    MAX_CONNECTIONS_PER_ADDRESS: '0',
    MAX_WEBSOCKETS_PER_ADDRESS: '0',
    QUERY_RATE_LIMIT_PER_MINUTE: '0',
    QUERY_COST_PER_SECOND: '0',
  });
  const visitors = resources.use(new Child<Visitors>(new URL('./visitors.ts', import.meta.url), [], production));
  const load = new Load(resources);
  const organizer = await tokenFor('the organizer', ['ORGANIZER']);

  async function run(arm: Arm, { opens, seconds, buyers }: OpeningOptions): Promise<Figures> {
    const eventId = await openEvent(url, organizer, { name: 'Opening', seats: SEATS });
    await visitors.ask('visit', { url, eventId, opens: 1, seconds: 0, isWarm: false });
    const cpuBefore = await server.ask('cpuMicros');
    const visiting = arm.includes('opens')
      ? visitors.ask('visit', { url, eventId, opens, seconds, isWarm: arm.endsWith('warm') })
      : Promise.resolve<Visited>({ tookMs: [], failures: 0, layoutBytes: 0 });
    const selling = arm.startsWith('sale') ? sell(eventId, buyers, seconds) : Promise.resolve([]);
    const [{ tookMs, failures, layoutBytes }, answers] = await Promise.all([visiting, selling]);
    const cpuMicros = (await server.ask('cpuMicros')) - cpuBefore;
    const waits = answers.map(({ tookMs }) => tookMs);
    return {
      arm,
      openP50Ms: quantileOf(tookMs, 0.5),
      openP99Ms: quantileOf(tookMs, 0.99),
      failures,
      layoutBytes,
      reserveP50Ms: quantileOf(waits, 0.5),
      reserveP99Ms: quantileOf(waits, 0.99),
      granted: answers.filter(({ outcome }) => outcome === 'Reservation').length,
      cpuMsPerOpen: cpuMicros / 1_000 / opens,
    };
  }

  /** Each buyer reserves another seat, so that all requests are granted while seats are left. */
  async function sell(eventId: string, buyers: number, seconds: number) {
    const requests = reserveRequests(eventId, Math.min(SEATS, seconds * MOST_A_SECOND), (at) => [at]);
    await load.prepare({ mutation: 'reserve', requests });
    const { answers } = await load.connected('sale', { urls: [url], connections: buyers }, (send) =>
      send({ seconds, granted: null }),
    );
    return answers;
  }
  return { run };
}

function medianOf(rounds: readonly Figures[]): Figures {
  const [first] = rounds;
  if (first === undefined) throw new Error('there was no round');
  const numbers = Object.keys(first).filter((name) => name !== 'arm') as Exclude<keyof Figures, 'arm'>[];
  const medians = numbers.map((name) => [
    name,
    quantileOf(
      rounds.map((round) => round[name]),
      0.5,
    ),
  ]);
  return { ...first, ...Object.fromEntries(medians) };
}

function boundsOf(medians: readonly Figures[]): Bound[] {
  const of = (arm: Arm) => medians.find((one) => one.arm === arm) ?? medianOf([]);
  const sale = of('sale');
  return [
    { name: 'ms of CPU an open, warm', value: of('opens, warm').cpuMsPerOpen, most: 2 },
    { name: 'ms of CPU an open, cold', value: of('opens, cold').cpuMsPerOpen, most: 5 },
    { name: 'bytes of the layout', value: of('opens, cold').layoutBytes, most: 200_000 },
    ...(['sale and opens, warm', 'sale and opens, cold'] as const).flatMap((arm) => [
      { name: `${arm}: p99 of opens, ms`, value: of(arm).openP99Ms, most: 250 },
      {
        name: `${arm}: p99 of reservations, of that without`,
        value: of(arm).reserveP99Ms / sale.reserveP99Ms,
        most: 1.3,
      },
      { name: `${arm}: opens that failed`, value: of(arm).failures, most: 0 },
    ]),
  ];
}

function reportOf(medians: readonly Figures[]): string {
  const heads = ['arm', 'open p50 ms', 'p99', 'failed', 'CPU ms/open', 'reserve p50 ms', 'p99', 'granted'];
  const shown = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(1));
  const rows = medians.map((one) => [
    one.arm,
    shown(one.openP50Ms),
    shown(one.openP99Ms),
    String(one.failures),
    one.arm.startsWith('sale') ? '' : one.cpuMsPerOpen.toFixed(2),
    shown(one.reserveP50Ms),
    shown(one.reserveP99Ms),
    String(one.granted),
  ]);
  return tableOf(heads, rows);
}
