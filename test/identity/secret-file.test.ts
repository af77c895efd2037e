import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { persistedSecret } from '../../src/identity/secret-file.ts';

describe('persistedSecret', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-secret-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is the same at every start, and readable by its owner only', async () => {
    const dataDir = join(directory, 'not', 'there', 'yet');
    const secret = await persistedSecret(dataDir);
    expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32);
    expect(await persistedSecret(dataDir)).toBe(secret);
    expect((await stat(join(dataDir, 'jwt-secret'))).mode & 0o777).toBe(0o600);
  });

  it('is the same for concurrent starts, and leaves no other files behind', async () => {
    for (let round = 0; round < 40; round++) {
      const dataDir = join(directory, `${round}`);
      const secrets = await Promise.all(Array.from({ length: 8 }, () => persistedSecret(dataDir)));
      expect(new Set([...secrets, await persistedSecret(dataDir)]).size).toBe(1);
      expect(await readdir(dataDir)).toEqual(['jwt-secret']);
    }
  });

  it('gives advice for a file that is too short', async () => {
    await writeFile(join(directory, 'jwt-secret'), 'short\n');
    await expect(persistedSecret(directory)).rejects.toThrow(/jwt-secret holds no usable secret: delete it/);
  });

  it('is created anew each time for a database in memory', async () => {
    expect(await persistedSecret('memory://')).not.toBe(await persistedSecret('memory://'));
  });
});
