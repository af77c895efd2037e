import { EventEmitter } from 'node:events';
import type { DatabaseConfig } from '../config.ts';
import { isInDataDir } from '../data-dir.ts';
import { DataDirInUse } from '../store/engine/data-dir-lock.ts';
import type { Database } from '../store/engine/database.ts';
import { openDatabase } from '../store/engine/open.ts';
import type { Happenings } from '../telemetry/happenings.ts';
import { CommandFailure, exitCodes } from './failure.ts';

/**
 * Opens the database of the settings for a short command.
 * @param whenInUse advice for when a server has the embedded database open
 * @param mayCreate whether an embedded database is created if there is none; false for commands that only read
 * @throws CommandFailure if the command's result would be lost, or the database is in use
 */
export async function openStore(
  settings: DatabaseConfig,
  { whenInUse, mayCreate }: { readonly whenInUse: string; readonly mayCreate: boolean },
): Promise<Database> {
  if (settings.kind === 'embedded' && settings.dataDir === 'memory://') {
    throw new CommandFailure(
      'DATA_DIR is memory://, which keeps nothing; give a directory, or DATABASE_URL',
      exitCodes.wronglyCalled,
    );
  }
  if (settings.kind === 'embedded' && !mayCreate && !(await isInDataDir(settings.dataDir, 'postgres', 'PG_VERSION')))
    throw new CommandFailure(
      `there is no database in ${settings.dataDir}; set DATA_DIR to where one is, or DATABASE_URL`,
    );
  try {
    const telemetry = new EventEmitter<Happenings>();
    telemetry.on('store:warned', (warning) => process.stderr.write(`holdfast: ${warning}\n`));
    return await openDatabase(settings, { telemetry });
  } catch (error) {
    if (error instanceof DataDirInUse) throw new CommandFailure(`${error.message}; ${whenInUse}`);
    throw error;
  }
}
