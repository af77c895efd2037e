import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The process and its children, parent first. Each connection of Postgres is a child with its own session. */
export function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid)];
}

function childrenOf(pid: number): number[] {
  const listed = `/proc/${pid}/task/${pid}/children`;
  // Slim Linux images have no pgrep, but /proc.
  const output = existsSync(listed)
    ? readFileSync(listed, 'utf8')
    : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout;
  return output.split(/\s+/).filter(Boolean).map(Number);
}
