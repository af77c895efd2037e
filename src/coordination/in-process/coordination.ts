import { type Bus, type Coordination, uncounted } from '../coordination.ts';
import { ReservationKeys } from './expiry.ts';
import { InProcessGate } from './gate.ts';
import { InProcessHeldSeats } from './held-seats.ts';
import { createMemoryRateLimiter } from './rate-limiter.ts';

export interface InProcessSettings {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** For tests: TTL of a claim before its reservation is committed. */
  readonly leaseMs?: number | undefined;
}

/** For one node, in memory: always reachable. */
export function createInProcessCoordination({ now, leaseMs }: InProcessSettings): Coordination {
  const reservationKeys = new ReservationKeys(now);
  return {
    gate: new InProcessGate(now, reservationKeys, leaseMs),
    bus: noBus,
    expiry: reservationKeys,
    rateLimiter: (_name, perMinute) => createMemoryRateLimiter(perMinute),
    heldSeats: (maxPerAddress) => (maxPerAddress === 0 ? uncounted : new InProcessHeldSeats(now, maxPerAddress)),
    reachable: true,
    onReachableChange: () => () => {},
    [Symbol.asyncDispose]: async () => reservationKeys[Symbol.dispose](),
  };
}

/** For one node: there are no receivers. */
const noBus: Bus = {
  publish: () => {},
  subscribe: async () => ({ [Symbol.asyncDispose]: async () => {} }),
};
