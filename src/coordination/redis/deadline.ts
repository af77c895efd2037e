/**
 * Rejects if the work is not done after `timeoutMs`. When this process itself was busy for that long, the answer may be
 * lying in the socket already while timers run first: one more turn of the event loop lets it be read.
 */
export function withinMs<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`Redis did not answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
