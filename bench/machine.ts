import { cpus, loadavg, totalmem } from 'node:os';

/** Describes the machine of a measurement. */
export function describeMachine() {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    /** Load average of the last minute, which shows what else ran. */
    load: Number(loadavg()[0]?.toFixed(2)),
  };
}

export type Machine = ReturnType<typeof describeMachine>;
