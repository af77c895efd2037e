import { execFile, spawnSync } from 'node:child_process';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres } from './binaries.ts';
import { createDatabase, onServer } from './create-database.ts';
import { LocalServer, type ServerProgram } from './local-server.ts';

/** A new Postgres, with a database `postgres` and a superuser of that name without a password. */
export class PostgresServer extends LocalServer {
  url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** Resolves to the new database's URL. It is empty without a template. */
  createDatabase(options: { template?: string } = {}): Promise<string> {
    return createDatabase(this.url('postgres'), options);
  }
}

/**
 * For tests that stop, kill or pause it. Others share one by `testDatabase`.
 * @param settings as `name=value`, which override those for tests
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const binaries = findPostgres();
  const runAs = serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'));
  if (runAs !== undefined) await chown(folder, runAs.uid, runAs.gid);
  const data = join(folder, 'data');
  const server = new PostgresServer(program(binaries.postgres, data, runAs, settings), folder);
  await initialise(binaries.initdb, data, { cwd: folder, ...runAs });
  await server.startOnFreePort();
  return server;
}

/** A synchronous replica: the server acknowledges only what the replica has. */
export async function startReplica(primary: PostgresServer): Promise<PostgresServer> {
  const { postgres, pgBasebackup } = findPostgres();
  const runAs = serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'));
  if (runAs !== undefined) await chown(folder, runAs.uid, runAs.gid);
  const data = join(folder, 'data');
  const copy = [
    '-D',
    data,
    '-h',
    '127.0.0.1',
    '-p',
    String(primary.port),
    '-U',
    'postgres',
    '-R',
    '-c',
    'fast',
    '--no-sync',
  ];
  await promisify(execFile)(pgBasebackup, copy, { ...runAs, cwd: folder });
  const replica = new PostgresServer(program(postgres, data, runAs, []), folder);
  await replica.startOnFreePort();
  await onServer(primary.url('postgres'), async (sql) => {
    await sql`alter system set synchronous_standby_names = '*'`;
    await sql`select pg_reload_conf()`;
  });
  return replica;
}

function program(
  path: string,
  data: string,
  runAs: ServerProgram['runAs'],
  settings: readonly string[],
): ServerProgram {
  const forTests = [
    'listen_addresses=127.0.0.1',
    // Its own folder would need a user and a short path, and nothing connects by socket.
    'unix_socket_directories=',
    'max_connections=300',
    // Only a crash of the machine could lose data.
    'fsync=off',
    // In the data folder instead of /dev/shm, where a killed server would leave it.
    'dynamic_shared_memory_type=mmap',
  ];
  return {
    path,
    args: (port) => [
      '-D',
      data,
      '-p',
      String(port),
      ...[...forTests, ...settings].flatMap((setting) => ['-c', setting]),
    ],
    readyMessage: 'database system is ready to accept',
    stopSignal: 'SIGINT',
    runAs,
  };
}

async function initialise(initdb: string, data: string, options: { cwd: string; uid?: number; gid?: number }) {
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(initdb, args, { ...options, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
}

/** The user of its servers, because Postgres refuses to run as root. */
export function serverUser(): ServerProgram['runAs'] {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const ids = ['-u', '-g'].map((what) => spawnSync('id', [what, name], { encoding: 'utf8' }));
    const [uid, gid] = ids.map(({ status, stdout }) => (status === 0 ? Number(stdout) : undefined));
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error('Postgres does not run as root, and there is neither a user postgres nor nobody to run it as');
}
