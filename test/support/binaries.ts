import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const installer = fileURLToPath(new URL('./install-debian-package.sh', import.meta.url));
const debianPostgres = '/usr/lib/postgresql';
const postgresPrograms = ['postgres', 'initdb', 'pg_basebackup'];

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgBasebackup: string;
}

/** All from one folder, so that their versions match. Throws with what to install if there are none. */
export function findPostgres(): PostgresBinaries {
  const folder = findFolder(postgresPrograms);
  if (folder === undefined) throw missing(postgresPrograms.join(', '), 'postgresql', 'TEST_DATABASE_URL');
  const [postgres = '', initdb = '', pgBasebackup = ''] = postgresPrograms.map((name) => join(folder, name));
  return { postgres, initdb, pgBasebackup };
}

/** Throws with what to install if there is none. */
export function findRedis(): string {
  const folder = findFolder(['redis-server']);
  if (folder === undefined) throw missing('redis-server', 'redis-server', 'TEST_REDIS_URL');
  return join(folder, 'redis-server');
}

/** Throws with what to install if there is none. */
export function findPgbouncer(): string {
  const folder = findFolder(['pgbouncer']);
  if (folder === undefined)
    throw new Error('The tests need pgbouncer. Install it (Debian, Ubuntu: apt-get install pgbouncer).');
  return join(folder, 'pgbouncer');
}

/**
 * Installs missing programs if possible: as root, with apt-get. Called once per run, before the workers start, because apt-get takes a
 * lock.
 */
export function installMissingBinaries(): void {
  if (process.getuid?.() !== 0 || findFolder(['apt-get']) === undefined) return;
  if (findFolder(postgresPrograms) === undefined) install('postgresql');
  if (findFolder(['redis-server']) === undefined) install('redis-server');
  if (findFolder(['pgbouncer']) === undefined) install('pgbouncer');
}

function install(debianPackage: string): void {
  const { status } = spawnSync('sh', [installer, debianPackage], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`apt-get could not install ${debianPackage}; what it said is above`);
}

function findFolder(programs: readonly string[]): string | undefined {
  const inPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...inPath, '/usr/sbin', ...debianFolders()].find((folder) =>
    programs.every((name) => existsSync(join(folder, name))),
  );
}

/** Newest first. Debian's Postgres servers are not in PATH. */
function debianFolders(): string[] {
  if (!existsSync(debianPostgres)) return [];
  const versions = readdirSync(debianPostgres).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(debianPostgres, version, 'bin'));
}

function missing(programs: string, debianPackage: string, setting: string): Error {
  return new Error(
    `The tests need ${programs}, found neither in PATH nor in Debian's usual places. ` +
      `Install it (Debian, Ubuntu: apt-get install ${debianPackage}); ` +
      `tests that don't stop or kill a server can also use the one that ${setting} names.`,
  );
}
