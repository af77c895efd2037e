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
    return { rss, used: heapUsed + external };
  },
};

export interface Memory {
  readonly rss: number;
  /** On V8's heap and what belongs to it outside. */
  readonly used: number;
}
