// A thread of `data-dir-lock.ts`. Not TypeScript, as Node starts it from the file itself, in tests too.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { path, dataDir, owner, everyMs } = workerData;
const STDERR = 2;
let renewals = 0;

function renew() {
  try {
    const file = open();
    // Reads and writes the same open file, so that a file that another process puts in its place meanwhile is not written to.
    if (readFileSync(file, 'utf8').startsWith(owner)) writeSync(file, `${owner}${++renewals}\n`, 0);
    else stop();
    closeSync(file);
  } catch {
    // The disk fails, or the file appears or disappears at this moment: the next renewal finds out.
  }
}

function open() {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    const file = openSync(path, 'wx+', 0o600);
    writeSync(file, owner, 0);
    closeSync(file);
    return openSync(path, 'r+');
  }
}

/** Kills the process at once, whatever the main thread does: another process is about to open the database. */
function stop() {
  writeSync(
    STDERR,
    `holdfast: ${dataDir} was taken over by another Holdfast while this one stood still; it ends at once\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}

renew();
setInterval(renew, everyMs);
