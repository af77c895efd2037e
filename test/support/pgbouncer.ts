import { writeFileSync } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPgbouncer } from './binaries.ts';
import { LocalServer } from './local-server.ts';
import { type PostgresServer, serverUser } from './postgres.ts';

/** A PgBouncer of the test's own, before a Postgres of its own. */
export class Pgbouncer extends LocalServer {
  url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }
}

export interface PgbouncerSettings {
  readonly mode: 'session' | 'transaction' | 'statement';
  /** As lines of its configuration. */
  readonly more?: readonly string[];
}

/** Lets everybody in, as its Postgres does, and hands the server connections out in turn, so that no two transactions share one by luck. */
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
    // By SIGTERM later versions wait for their clients.
    stopSignal: 'SIGKILL' as const,
    runAs,
  };
  const server = new Pgbouncer(program, folder);
  await server.startOnFreePort();
  return server;
}
