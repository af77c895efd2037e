import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorError } from './operator-error.ts';

/** The folder of DATA_DIR, or a file in it, is not as it must be. */
export class DataDirUnusable extends OperatorError {
  override readonly name = 'DataDirUnusable';
}

/** What to do, by the codes of the file system. */
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

/** Does what reads or writes the folder. What the file system refuses becomes a line for whoever runs the program. */
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

/** Makes the folder where there is none. It is its owner's alone, whatever it was; one that was mounted for a group of users stays as it is. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await makeFolder(dataDir);
  await takeRights(dataDir, 0o700);
}

/** The same for a folder in it and all that this holds, wherever a copy of it may be taken. */
export async function makePrivate(folder: string): Promise<void> {
  const contents = await readdir(folder, { recursive: true, withFileTypes: true });
  const isSet = contents.map((entry) =>
    takeRights(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600),
  );
  await Promise.all([takeRights(folder, 0o700), ...isSet]);
}

/** Of others. What another user owns stays as it is; what is gone meanwhile needs nothing. */
async function takeRights(path: string, mode: number): Promise<void> {
  await chmod(path, mode).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM' && error.code !== 'ENOENT') throw error;
  });
}

/** Whether there is a file or folder at the path, from the folder on. @throws DataDirUnusable if nobody may look */
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

/** Not by Node's own `recursive`, which tries for ever where the system has a folder and makes nothing in it, as /proc. */
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
