export interface FanOutOptions {
  readonly subscribers: number;
  /** Measured time of each arm in each round. */
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Seats in one change. */
  readonly changes: number;
  readonly rounds: number;
  /** Sockets of the large crowd, for memory, latency and reconnects. */
  readonly crowd: number;
  /** 0 skips the long run. */
  readonly memoryMinutes: number;
}

/** Seats of a large venue. */
export const SEATS = 20_000;
