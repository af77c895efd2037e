import type { DatabaseConfig } from '../config.ts';
import { DataDirInUse } from '../store/data-dir-lock.ts';
import type { Database } from '../store/database.ts';
import { openDatabase } from '../store/open.ts';
import { CommandFailure, exitCodes } from './failure.ts';

/**
 * The database of the settings, for a command that is soon done with it.
 * @param whenInUse what to do instead while a server has the embedded database open
 * @throws CommandFailure if what the command does would be lost, or the database is in use
 */
export async function openStore(settings: DatabaseConfig, whenInUse: string): Promise<Database> {
  if (settings.kind === 'embedded' && settings.dataDir === 'memory://') {
    throw new CommandFailure(
      'DATA_DIR is memory://, which keeps nothing; give a directory, or DATABASE_URL',
      exitCodes.wronglyCalled,
    );
  }
  try {
    return await openDatabase(settings);
  } catch (error) {
    if (error instanceof DataDirInUse) throw new CommandFailure(`${error.message}; ${whenInUse}`);
    throw error;
  }
}
