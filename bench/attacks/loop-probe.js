// Loaded into the attacked server: says on file descriptor 3 how long each turn of its event loop took it, in whole milliseconds, one a line.
// Of a turn's time only what the process was computing counts: on a busy machine the rest is the machine's.
import { writeSync } from 'node:fs';

const everyMs = 10;
/** Shorter turns are not told. */
const leastMs = 20;

let lastAt = performance.now();
let lastCpu = process.cpuUsage();
setInterval(() => {
  const now = performance.now();
  const { user, system } = process.cpuUsage(lastCpu);
  const blockedMs = Math.min(now - lastAt - everyMs, (user + system) / 1_000);
  lastAt = now;
  lastCpu = process.cpuUsage();
  if (blockedMs >= leastMs) writeSync(3, `${Math.round(blockedMs)}\n`);
}, everyMs).unref();
