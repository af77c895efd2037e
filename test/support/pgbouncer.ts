import { writeFileSync } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPgbouncer } from './binaries.ts';
import { LocalServer } from './local-server.ts';
import { type PostgresServer, serverUser } from './postgres.ts';

/** A new PgBouncer in front of a new Postgres. */
export class Pgbouncer extends LocalServer {
  url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }
}

export interface PgbouncerSettings {
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Lines of its configuration. */
  readonly more?: readonly string[];
}

/** Accepts everyone, like its Postgres, and rotates server connections, so that consecutive transactions use different ones. */
export async function startPgbouncer(
  postgres: PostgresServer,
  { mode, more = [] }: PgbouncerSettings,
): Promise<Pgbouncer> {
  const runAs = serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pgbouncer-'));
  const configuration = [
    '[databases]',
    `* = host=127.0.0.1 port=${postgres.port} user=postgres`,
    '[pgbouncer]',
    ...['listen_addr = 127.0.0.1', 'unix_socket_dir =', 'auth_type = any', `pool_mode = ${mode}`],
    ...['server_round_robin = 1', 'max_client_conn = 200', ...more],
  ];
  const file = join(folder, 'pgbouncer.ini');
  if (runAs !== undefined) await chown(folder, runAs.uid, runAs.gid);
  const program = {
    path: findPgbouncer(),
    args: (port: number) => {
      writeFileSync(file, [...configuration, `listen_port = ${port}`, ''].join('\n'));
      return [file];
    },
    readyMessage: 'process up',
    // At SIGTERM, later versions wait for their clients.
    stopSignal: 'SIGKILL' as const,
    runAs,
  };
  const server = new Pgbouncer(program, folder);
  await server.startOnFreePort();
  return server;
}
