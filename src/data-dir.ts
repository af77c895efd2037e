import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from './operator-error.ts';

/** The folder of DATA_DIR, or a file in it, cannot be used. */
export class DataDirUnusable extends OperatorError {
  override readonly name = 'DataDirUnusable';
}

/** Advice for operators, by error codes of the file system. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'let the user that runs Holdfast read and write there, or set DATA_DIR to another folder',
  EDQUOT: 'make room on its disk, or set DATA_DIR to a folder on another',
  EEXIST: 'it is not a folder: set DATA_DIR to one',
  EISDIR: 'a folder stands where a file must be: move it away',
  ENOENT: 'what it links to, or the folder that it would be in, is not there and cannot be made',
  ENOSPC: 'make room on its disk, or set DATA_DIR to a folder on another',
  ENOTDIR: 'it is not a folder: set DATA_DIR to one',
  EPERM: 'let the user that runs Holdfast read and write there, or set DATA_DIR to another folder',
  EROFS: 'its disk takes no writes: set DATA_DIR to a folder on another',
};

/** Runs work that reads or writes the folder. Errors of the file system become messages for operators. */
export async function inDataDir<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    const advice = ADVICE[String(error.code)];
    const what = `the folder ${dataDir} cannot be used: ${error.message}`;
    throw new DataDirUnusable(advice === undefined ? what : `${what}; ${advice}`, { cause: error });
  }
}

/** Creates the folder if needed, and makes it private to its owner. A folder of another user, as of a mounted volume, keeps its rights. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await makeFolder(dataDir);
  await takeRights(dataDir, 0o700);
}

/** Makes a folder and all of its contents private, so that copies of it are private as well. */
export async function makePrivate(folder: string): Promise<void> {
  const contents = await readdir(folder, { recursive: true, withFileTypes: true });
  const isSet = contents.map((entry) =>
    takeRights(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600),
  );
  await Promise.all([takeRights(folder, 0o700), ...isSet]);
}

/** Takes the rights of other users away. Files of another user, and those that are gone by now, are skipped. */
async function takeRights(path: string, mode: number): Promise<void> {
  await chmod(path, mode).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM' && error.code !== 'ENOENT') throw error;
  });
}

/** Whether the path exists in the folder. @throws DataDirUnusable if that cannot be read */
export function isInDataDir(dataDir: string, ...path: readonly string[]): Promise<boolean> {
  const isThere = () =>
    stat(join(dataDir, ...path)).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
  return inDataDir(dataDir, isThere);
}

/** Not by Node's `recursive` option, which retries for ever in a folder in which the system creates nothing, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(path))) return;
    if (code !== 'ENOENT' || (await isFolder(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
