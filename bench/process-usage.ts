/** What a measured child process tells of itself. */
export const processUsage = {
  /** User and system time since it started, in microseconds. */
  cpuMicros(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** In bytes, after a collection where node was started with --expose-gc. */
  memory(): Memory {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed, external };
  },
};

export interface Memory {
  readonly rss: number;
  /** V8's, as far as it is used. */
  readonly heap: number;
  /** What belongs to objects of the heap, outside. */
  readonly external: number;
}
