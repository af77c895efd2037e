import { once } from 'node:events';
import { createServer } from 'node:net';
import type { HttpConfig } from '../config.ts';
import { CommandFailure } from './failure.ts';

/** Listens for a moment, so that a port that is taken is known before the database is touched. @throws CommandFailure */
export async function expectFreePort({ host, port }: HttpConfig): Promise<void> {
  try {
    const server = createServer().listen({ host, port });
    await once(server, 'listening');
    await once(server.close(), 'close');
  } catch (error) {
    throw new CommandFailure(cannotListen(error));
  }
}

export function cannotListen(error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  return `${what}; set PORT or HOST to others, or stop what listens there`;
}
