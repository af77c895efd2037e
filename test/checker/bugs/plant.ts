import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Edit, PlantedBug } from './planted-bugs.ts';

export interface Copy extends AsyncDisposable {
  /** Where its `dist/` is. */
  readonly program: string;
}

/** A copy of what is built in `program`, of its own; the rest of it is shared. */
export async function copyOf(program: string): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-planted-'));
  await cp(join(program, 'dist'), join(folder, 'dist'), { recursive: true });
  const shared = (await readdir(program)).filter((name) => name !== 'dist' && !name.startsWith('.'));
  for (const name of shared) await symlink(join(program, name), join(folder, name));
  return { program: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Throws if one of the edits does not fit exactly once: then the code has changed, and the bug must be planted anew. */
export async function plant({ name, edits }: PlantedBug, program: string): Promise<void> {
  for (const edit of edits) {
    const path = join(program, 'dist', builtFile(edit));
    const text = await readFile(path, 'utf8');
    const found = text.split(edit.search).length - 1;
    if (found !== 1)
      throw new Error(`'${name}' does not fit ${edit.file}: what it replaces stands there ${found} times`);
    await writeFile(
      path,
      text.replace(edit.search, () => edit.replace),
    );
  }
}

function builtFile({ file }: Edit): string {
  return /\.\w+$/.test(file) ? file : `${file}.js`;
}
