import type { Logger } from 'pino';
import type { AsyncStack } from './async-stack.ts';
import type { Config } from './config.ts';
import type { Coordination } from './coordination/coordination.ts';
import { openCoordination } from './coordination/open.ts';
import { createDemoEvent } from './events/demo-event.ts';
import { LoopLag } from './server/loop-lag.ts';
import type { Database } from './store/engine/database.ts';
import { openDatabase } from './store/engine/open.ts';
import type { Telemetry } from './telemetry/happenings.ts';

/** What all parts of a node use. Opened first and closed last. */
export interface Infrastructure extends InfrastructureParts {
  readonly database: Database;
  readonly coordination: Coordination;
  readonly loopLag: LoopLag;
}

export interface InfrastructureParts {
  readonly config: Config;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  readonly resources: AsyncStack;
}

/** @param stop as in `AppParts` */
export async function openInfrastructure(
  parts: InfrastructureParts,
  stop: AbortSignal | undefined,
): Promise<Infrastructure> {
  const { config, telemetry, logger, resources } = parts;
  const database = resources.use(await openDatabase(config.database, { checksHealth: true, telemetry }));
  stop?.throwIfAborted();
  await database.migrate();
  stop?.throwIfAborted();
  if (config.demoEvent) await offerDemo(database, parts);
  const now = () => performance.now();
  const loopLag = resources.use(new LoopLag(now));
  const redisUrl = config.redisUrl ?? undefined;
  const coordination = resources.use(await openCoordination({ redisUrl, logger, now }));
  return { ...parts, database, coordination, loopLag };
}

async function offerDemo(database: Database, { config, logger }: InfrastructureParts): Promise<void> {
  const demo = await createDemoEvent(database, config.reservations.reservationSeconds);
  if (demo !== null) logger.info(`created the demo event '${demo.name}', on sale`);
}
