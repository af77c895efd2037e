import { pino } from 'pino';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Role } from '../../src/domain/viewer.ts';
import { openIdentity } from '../../src/identity/identity.ts';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';

/** Secret of all test nodes, with which `tokenFor` signs. */
export const jwtSecret = 'the secret of the tests, which is long enough';
const identity = openIdentity({ secret: jwtSecret, jwksUrl: null, guestTokenSeconds: 3600 });

/** A free port, an embedded database in memory, no limits, and no refusals because of other load on the machine. */
export const nodeEnv: NodeJS.ProcessEnv = {
  NODE_ENV: 'test',
  PORT: '0',
  JWT_SECRET: jwtSecret,
  DATA_DIR: 'memory://',
  RATE_LIMIT_PER_MINUTE: '0',
  QUERY_RATE_LIMIT_PER_MINUTE: '0',
  QUERY_COST_PER_SECOND: '0',
  MAX_LAG_MS: '60000',
  MAX_CONNECTIONS_PER_ADDRESS: '0',
  MAX_WEBSOCKETS_PER_ADDRESS: '0',
};

export interface NodeOptions {
  /** Override those of `nodeEnv`. */
  readonly env?: NodeJS.ProcessEnv;
  readonly payment?: PaymentProvider;
}

/** A node in this process. Disposing of it stops it. */
export function startNode({ env = {}, payment }: NodeOptions = {}): Promise<App> {
  const config = readConfig({ ...nodeEnv, ...env });
  const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  return createApp(config, payment === undefined ? { logger } : { logger, payment });
}

/** A token for the viewer, valid for an hour by default. */
export async function tokenFor(sub: string, roles: readonly Role[] = [], ttlSeconds = 3600): Promise<string> {
  const { token } = await identity.sign({ sub, roles, ttlSeconds });
  return token;
}
