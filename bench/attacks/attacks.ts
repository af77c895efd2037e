import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AsyncStack } from '../../src/async-stack.ts';
import { EventsDocument } from '../../src/client/generated/documents.ts';
import { dataOf } from '../../test/support/graphql.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { isKept } from '../bounds.ts';
import { Child } from '../child-process.ts';
import { openEvent } from '../event.ts';
import { describeMachine } from '../machine.ts';
import { keepResults } from '../results.ts';
import { jwtSecret, tokenFor } from '../tokens.ts';
import { AttackedServer } from './attacked-server.ts';
import type { Attacker } from './attacker.ts';
import { Buyers, medianOf } from './buyers.ts';
import { startKeyList } from './key-list.ts';
import { ATTACKS, type AttackName, type AttacksOptions, SEATS } from './options.ts';
import { boundsOf, type Damage, reportOf } from './report.ts';

/** Duration of the floor before and after the attack: reservations without it. */
const FLOOR_MS = 4_000;
/** Time for V8 to compile the code. */
const WARM_UP_MS = 2_500;

/** Resolves to the exit code: 1 if a bound is missed. */
export async function attacks(options: AttacksOptions): Promise<number> {
  const machine = describeMachine();
  const names = ATTACKS.filter((name) => options.only.length === 0 || options.only.includes(name));
  const damages: Damage[] = [];
  await using resources = new AsyncStack();
  const postgres = resources.use(await startPostgres());
  const redis = resources.use(await startRedis());
  for (const name of names) {
    process.stderr.write(`${name}\n`);
    await redis.cli('FLUSHALL');
    const stores = { DATABASE_URL: await postgres.createDatabase(), REDIS_URL: redis.url };
    damages.push(await runAttack(name, name === 'aliases-demo' ? {} : stores, options));
  }
  const bounds = damages.flatMap(boundsOf);
  process.stdout.write(reportOf(damages, bounds));
  if (options.only.length === 0) {
    await keepResults('attacks', { measuredAt: new Date().toISOString(), machine, options, bounds, damages });
  }
  return bounds.every(isKept) ? 0 : 1;
}

/** Runs one attack on a server of its own, with buyers before, during and after it. */
async function runAttack(name: AttackName, stores: NodeJS.ProcessEnv, { seconds }: AttacksOptions): Promise<Damage> {
  await using resources = new AsyncStack();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-attacks-'));
  resources.defer(() => rm(folder, { recursive: true }));
  const keyList = resources.use(await startKeyList());
  const provider = name === 'key-list' ? { JWKS_URL: keyList.url } : {};
  const server = resources.use(await AttackedServer.start({ JWT_SECRET: jwtSecret, ...stores, ...provider }, folder));
  const { graphqlUrl } = server;
  const event = name === 'aliases-demo' ? await demoEvent(graphqlUrl) : await largeEvent(graphqlUrl);
  const buyers = new Buyers(graphqlUrl, event);
  const attacker = resources.use(new Child<Attacker>(new URL('./attacker.ts', import.meta.url)));

  await buyers.reserve(after(WARM_UP_MS));
  const before = await buyers.reserve(after(FLOOR_MS));
  const { rssMb } = await server.strain();
  let isOver = false;
  const attack = attacker.ask('attack', { name, graphqlUrl, ...event, seconds }).finally(() => {
    isOver = true;
  });
  const during = await buyers.reserve(() => isOver);
  const told = await attack;
  const { isAlive } = server;
  const strain = await server.strain();
  await sleep(1_000);
  const calm = isAlive ? await buyers.reserve(after(FLOOR_MS)) : { tookMs: [] };
  const floorMs = medianOf({ tookMs: [...before.tookMs, ...calm.tookMs] });
  return {
    name,
    told: isAlive ? told : `the server is dead; ${told}`,
    blockedMs: strain.blockedMs,
    healthMs: Math.round(strain.healthMs),
    grownMb: Math.round(strain.rssMb - rssMb),
    medianMs: medianOf(during),
    floorMs,
    factor: isAlive ? medianOf(during) / floorMs : Number.POSITIVE_INFINITY,
    attempts: during.tookMs.length,
    won: during.won,
    keyListMb: Math.round(keyList.sentBytes() / 1_000_000),
  };
}

function after(ms: number): () => boolean {
  const atMs = performance.now() + ms;
  return () => performance.now() >= atMs;
}

async function largeEvent(graphqlUrl: string) {
  const organizer = await tokenFor('the organizer', ['ORGANIZER']);
  return { eventId: await openEvent(graphqlUrl, organizer, { name: 'Attacked', seats: SEATS }), seats: SEATS };
}

async function demoEvent(graphqlUrl: string) {
  const { events } = await dataOf(graphqlUrl, EventsDocument, {});
  const demo = events.edges[0]?.node;
  if (demo === undefined) throw new Error('there is no demo event');
  return { eventId: demo.id, seats: demo.availability.total };
}
