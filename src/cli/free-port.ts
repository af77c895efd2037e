import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressConfig, Config } from '../config.ts';
import { CommandFailure } from './failure.ts';

/** Advice by error codes of listening and of DNS. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'ports below 1024 need a right of their own: set %PORT to another',
  EADDRINUSE: 'set %PORT or %HOST to others, or stop what listens there',
  EADDRNOTAVAIL: '%HOST is no address of this machine: set it to one that is, or to 0.0.0.0 or :: for all of them',
  EAI_AGAIN: '%HOST is a name that cannot be looked up now: set it to an address',
  ENOTFOUND: '%HOST is no name that can be looked up: set it to an address, without a port or brackets',
};

/** Listens on all ports for a moment, so that a taken one is reported before the database is opened. @throws CommandFailure */
export async function expectFreePorts({ http, metrics }: Pick<Config, 'http' | 'metrics'>): Promise<void> {
  const listening: Server[] = [];
  try {
    listening.push(await listenOn(http, ''));
    if (metrics !== null) listening.push(await listenOn(metrics, 'METRICS_'));
  } finally {
    await Promise.all(listening.map((server) => once(server.close(), 'close')));
  }
}

async function listenOn({ host, port }: AddressConfig, prefix: string): Promise<Server> {
  const server = createServer().listen({ host, port });
  await once(server, 'listening').catch((error: unknown) => {
    throw new CommandFailure(cannotListen(error, prefix));
  });
  return server;
}

/** @param prefix prefix of the settings' names */
export function cannotListen(error: unknown, prefix = ''): string {
  if (!(error instanceof Error)) return String(error);
  const advice = ADVICE['code' in error ? String(error.code) : ''] ?? 'set %PORT or %HOST to others';
  return `${error.message}; ${advice.replaceAll('%', prefix)}`;
}
