/** Functions of a measured child process. */
export const processUsage = {
  /** User and system time since it started, in microseconds. */
  cpuMicros(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** In bytes, after a garbage collection if node was started with --expose-gc. */
  memory(): Memory {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed, external };
  },
};

export interface Memory {
  readonly rss: number;
  /** Used heap of V8. */
  readonly heap: number;
  /** Memory outside of the heap that its objects own. */
  readonly external: number;
}
