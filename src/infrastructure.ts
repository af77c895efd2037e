import type { Logger } from 'pino';
import type { Closing } from './closing.ts';
import type { Config } from './config.ts';
import type { Coordination } from './coordination/coordination.ts';
import { openCoordination } from './coordination/open.ts';
import { createDemoEvent } from './events/demo-event.ts';
import { LoopLag } from './server/loop-lag.ts';
import type { Database } from './store/engine/database.ts';
import { openDatabase } from './store/engine/open.ts';
import type { Telemetry } from './telemetry/happenings.ts';

/** What all of a node stands on. What is opened on it is closed before it. */
export interface Infrastructure extends InfrastructureParts {
  readonly database: Database;
  readonly coordination: Coordination;
  readonly loopLag: LoopLag;
}

export interface InfrastructureParts {
  readonly config: Config;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  readonly closing: Closing;
}

/** @param stop as `AppParts` has it */
export async function openInfrastructure(
  parts: InfrastructureParts,
  stop: AbortSignal | undefined,
): Promise<Infrastructure> {
  const { config, telemetry, logger, closing } = parts;
  const database = closing.add(await openDatabase(config.database, { checksHealth: true, telemetry }));
  stop?.throwIfAborted();
  await database.migrate();
  stop?.throwIfAborted();
  if (config.demoEvent) await offerDemo(database, parts);
  const now = () => performance.now();
  const loopLag = closing.add(new LoopLag(now));
  const redisUrl = config.redisUrl ?? undefined;
  const coordination = closing.add(await openCoordination({ redisUrl, logger, now }));
  return { ...parts, database, coordination, loopLag };
}

async function offerDemo(database: Database, { config, logger }: InfrastructureParts): Promise<void> {
  const demo = await createDemoEvent(database, config.reservations.reservationSeconds);
  if (demo !== null) logger.info(`created the demo event '${demo.name}', on sale`);
}
