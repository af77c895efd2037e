/** The limit of Node's timers, beyond which they fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Calls back once `deadlineMs` (milliseconds since 1970, by this node's clock) has come, however far away it is.
 * @returns what cancels it
 */
export function afterDeadline(deadlineMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const leftMs = deadlineMs - Date.now();
    if (leftMs <= 0) return callback();
    timer = setTimeout(wait, Math.min(leftMs, longestTimerMs));
  };
  wait();
  return () => clearTimeout(timer);
}
