import { decodeSeatId } from '../../src/graphql/ids.ts';
import { answerParent } from '../child-process.ts';
import { reservation, unavailable, viewerOf } from '../flash-sale/bare-answers.ts';
import { openBareServer } from '../flash-sale/bare-server.ts';
import { processUsage } from '../process-usage.ts';
import { dualAttribute } from './dual-attribute.ts';
import { hybrid } from './hybrid.ts';
import { longRowLock } from './long-row-lock.ts';
import type { SchemeName } from './options.ts';
import { redisLock } from './redis-lock.ts';
import type { OpenScheme, Scheme, SchemeOptions } from './scheme.ts';
import { statusAndCron } from './status-and-cron.ts';

const schemes: Readonly<Record<SchemeName, OpenScheme>> = {
  'long-row-lock': longRowLock,
  'status-and-cron': statusAndCron,
  'dual-attribute': dualAttribute,
  'redis-lock': redisLock,
  hybrid,
};

export interface ServedScheme extends SchemeOptions {
  readonly name: SchemeName;
  /** Takes locks in the order of the request. */
  readonly asNamed: boolean;
}

let scheme: Scheme | undefined;

/** Resolves to its URL. */
function open({ name, asNamed, ...options }: ServedScheme): Promise<string> {
  const opened = schemes[name](options);
  scheme = opened;
  return openBareServer(async ({ seatIds = [] }, context) => {
    const decoded = seatIds.map((id) => decodeSeatId(id) ?? { eventId: '', index: -1 });
    const [{ eventId } = { eventId: '' }] = decoded;
    const indexes = decoded.map(({ index }) => index);
    // One order for all transactions prevents deadlocks.
    const seats = asNamed ? indexes : indexes.toSorted((one, other) => one - other);
    const hold = await opened.reserve({ eventId, seats, viewerId: viewerOf(context) });
    return hold === null ? unavailable(seatIds) : reservation(eventId, { ...hold, seats });
  });
}

const handlers = { open, settled: () => scheme?.settled(), ...processUsage };
export type SchemeServer = typeof handlers;
answerParent(handlers);
