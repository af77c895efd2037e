import { cpus, loadavg, totalmem } from 'node:os';

/** What figures were measured on. */
export function describeMachine() {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    /** In the last minute: what else ran beside the bench. */
    load: Number(loadavg()[0]?.toFixed(2)),
  };
}

export type Machine = ReturnType<typeof describeMachine>;
