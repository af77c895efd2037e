import type { Role } from '../../../src/domain/viewer.ts';
import { openIdentity } from '../../../src/identity/identity.ts';

/** What the nodes are told, and the checks hold them to. Short, so that deadlines pass all the time. */
export const policy = {
  reservationMs: 1_000,
  extensionMs: 1_000,
  maxExtensions: 1,
  paymentMs: 1_000,
  /** How far a reservation runs for a payment: its time, and the margin for writing the booking. */
  fenceMs: 2_000,
  maxActiveReservations: 3,
};

/** Few, so that everything collides. */
export const seatsPerHouse = 8;

const jwtSecret = 'the secret of the checker, which is long enough';

export const nodeEnv = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
  JWT_SECRET: jwtSecret,
  RATE_LIMIT_PER_MINUTE: '0',
  QUERY_RATE_LIMIT_PER_MINUTE: '0',
  QUERY_COST_PER_SECOND: '0',
  MAX_CONNECTIONS_PER_ADDRESS: '0',
  MAX_WEBSOCKETS_PER_ADDRESS: '0',
  DATABASE_POOL_SIZE: '5',
  EXTENSION_SECONDS: String(policy.extensionMs / 1_000),
  MAX_EXTENSIONS: String(policy.maxExtensions),
  PAYMENT_SECONDS: String(policy.paymentMs / 1_000),
  MAX_ACTIVE_RESERVATIONS: String(policy.maxActiveReservations),
};

/** Signs as of yesterday: a node whose clock is put back takes no token that was issued after that. */
const identity = openIdentity({
  ...{ secret: jwtSecret, jwksUrl: null, guestTokenSeconds: 3_600 },
  now: () => Date.now() - 86_400_000,
});

/** For longer than a run takes, and than a node's clock is put ahead. */
export async function tokenFor(viewer: string, roles: readonly Role[] = []): Promise<string> {
  const { token } = await identity.sign({ sub: viewer, roles, ttlSeconds: 7 * 86_400 });
  return token;
}
