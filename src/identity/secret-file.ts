import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataDirUnusable, inDataDir, makeDataDir } from '../data-dir.ts';
import { NotUtf8, readTextFile } from '../text-file.ts';

const fileName = 'jwt-secret';

/**
 * The secret in `dataDir/jwt-secret`, created at the first start, so that tokens survive a restart. With `memory://` it is a new one each
 * time.
 * @throws DataDirUnusable if the file has less than 32 bytes, or cannot be read or written
 */
export async function persistedSecret(dataDir: string): Promise<string> {
  if (dataDir === 'memory://') return newSecret();
  const path = join(dataDir, fileName);
  const kept = await inDataDir(dataDir, async () => {
    await makeDataDir(dataDir);
    return (await read(path)) ?? (await make(dataDir, path));
  });
  if (Buffer.byteLength(kept) >= 32) return kept;
  throw new DataDirUnusable(
    `${path} holds no usable secret: delete it, and a new one is made; tokens given out before end with it`,
  );
}

async function read(path: string): Promise<string | undefined> {
  try {
    return (await readTextFile(path)).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (error instanceof NotUtf8) return '';
    throw error;
  }
}

/** When two processes start at once, the first to link its file wins, and both read it. */
async function make(dataDir: string, path: string): Promise<string> {
  const draft = join(dataDir, `.${fileName}-${randomUUID()}`);
  try {
    await writeDurably(draft, newSecret());
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readTextFile(path)).trim();
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
