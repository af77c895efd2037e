import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The process and its children, parent first. Postgres puts each connection into a child with a session of its own. */
export function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid)];
}

function childrenOf(pid: number): number[] {
  const listed = `/proc/${pid}/task/${pid}/children`;
  // pgrep is everywhere but in slim Linux images, and those have /proc.
  const output = existsSync(listed)
    ? readFileSync(listed, 'utf8')
    : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout;
  return output.split(/\s+/).filter(Boolean).map(Number);
}
