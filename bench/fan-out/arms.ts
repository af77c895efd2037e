import type { AsyncStack } from '../../src/async-stack.ts';
import { unpackChanges } from '../../src/live/packing.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { Child } from '../child-process.ts';
import type { Memory } from '../process-usage.ts';
import { jwtSecret } from '../tokens.ts';
import type { FloorServer } from './floor-server.ts';
import type { HoldfastServer } from './holdfast-server.ts';
import type { Recording } from './messages.ts';
import { record } from './record.ts';
import type { StockServer } from './stock-server.ts';
import { type Rate, Venue } from './venue.ts';

/** In their order in a round: the others replay what Holdfast sent. */
export const ARMS = ['holdfast', 'floor', 'stock'] as const;
export type ArmName = (typeof ARMS)[number];

/** A server in a process of its own. */
export interface Arm {
  readonly url: string;
  /** Changes seats or replays frames. Resolves to the time of each. */
  play(rate: Rate): Promise<readonly number[]>;
  /** The time of the first change in each message that a subscriber got. */
  momentsOf(recorded: readonly string[], played: readonly number[]): readonly number[];
  /** Executions of the subscription so far. */
  executions(): Promise<number>;
  /** CPU time so far. */
  cpuMicros(): Promise<number>;
  memory(): Promise<Memory>;
}

export interface PlayerArm extends Arm {
  /** Sets the frames to replay. */
  load(deltas: readonly string[]): Promise<void>;
}

export interface HoldfastArm extends Arm {
  readonly venue: Venue;
  readonly recording: Recording;
}

export interface ServerOptions {
  readonly seats: number;
  /** Seats in one change. */
  readonly seatsAtOnce: number;
  readonly nodeOptions: readonly string[];
}

type Measured = Pick<FloorServer, 'executions' | 'cpuMicros' | 'memory'>;

/** Short, so that each change has a frame of its own. */
export const FRAME_MS = 10;

/** Starts a node with its own store and Redis. */
export async function startHoldfast(options: ServerOptions, resources: AsyncStack): Promise<HoldfastArm> {
  const database = resources.use(await startPostgres());
  const redis = resources.use(await startRedis());
  const child = resources.use(
    new Child<HoldfastServer>(new URL('./holdfast-server.ts', import.meta.url), options.nodeOptions),
  );
  const graphqlUrl = await child.ask('open', {
    DATABASE_URL: await database.createDatabase(),
    REDIS_URL: redis.url,
    JWT_SECRET: jwtSecret,
    RATE_LIMIT_PER_MINUTE: '0',
    QUERY_RATE_LIMIT_PER_MINUTE: '0',
    QUERY_COST_PER_SECOND: '0',
    MAX_CONNECTIONS_PER_ADDRESS: '0',
    MAX_WEBSOCKETS_PER_ADDRESS: '0',
    SEAT_MAP_FRAME_MS: String(FRAME_MS),
  });
  const venue = await Venue.open(graphqlUrl, options);
  const url = graphqlUrl.replace('http', 'ws');
  return {
    ...measured(child),
    url,
    venue,
    recording: await record(url, venue),
    play: (rate) => venue.change(rate),
    momentsOf: (recorded, played) =>
      firstChanges(recorded, options.seatsAtOnce).map((change) => played[change] ?? Number.NaN),
  };
}

/** Starts a server that replays what Holdfast sent. */
export async function startPlayer(
  module: 'floor-server' | 'stock-server',
  recording: Recording,
  nodeOptions: readonly string[],
  resources: AsyncStack,
): Promise<PlayerArm> {
  const child = resources.use(
    new Child<FloorServer | StockServer>(new URL(`./${module}.ts`, import.meta.url), nodeOptions),
  );
  const url = await child.ask('open', recording);
  await child.ask('load', recording.deltas);
  return {
    ...measured(child),
    url,
    play: (rate) => child.ask('play', rate),
    load: (deltas) => child.ask('load', deltas),
    momentsOf: (_, played) => played,
  };
}

/** By message, the number of its first change: a frame may contain several. */
function firstChanges(recorded: readonly string[], seatsAtOnce: number): number[] {
  let changes = 0;
  return recorded.map((message) => {
    const first = changes;
    changes += unpackChanges(JSON.parse(message).payload.data.seatMap.changes).length / seatsAtOnce;
    return first;
  });
}

function measured(child: Child<Measured>) {
  return {
    executions: () => child.ask('executions'),
    cpuMicros: () => child.ask('cpuMicros'),
    memory: () => child.ask('memory'),
  };
}
