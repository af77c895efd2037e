import { spawnSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const chunk = Buffer.alloc(64 * 1024);

/** A small disk in memory. */
export class SmallDisk implements AsyncDisposable {
  /** An empty folder on it. */
  readonly folder: string;
  readonly #mountPoint: string;

  private constructor(mountPoint: string) {
    this.#mountPoint = mountPoint;
    this.folder = join(mountPoint, 'folder');
  }

  /** Creates a folder of `owner`. Null if this process must not mount. */
  static async mount(megabytes: number, owner: { uid: number; gid: number }): Promise<SmallDisk | null> {
    const mountPoint = await mkdtemp(join(tmpdir(), 'holdfast-disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', mountPoint]);
    if (status !== 0) {
      await rm(mountPoint, { recursive: true });
      return null;
    }
    const disk = new SmallDisk(mountPoint);
    await mkdir(disk.folder);
    await chown(disk.folder, owner.uid, owner.gid);
    return disk;
  }

  /** Fills it to the last block. */
  async fill(): Promise<void> {
    await using ballast = await open(this.#ballast, 'w');
    try {
      for (;;) await ballast.write(chunk);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }

  async makeRoom(): Promise<void> {
    await rm(this.#ballast);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    spawnSync('umount', ['--lazy', this.#mountPoint]);
    await rm(this.#mountPoint, { recursive: true, force: true });
  }

  get #ballast(): string {
    return join(this.#mountPoint, 'ballast');
  }
}
