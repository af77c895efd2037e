export interface FanOutOptions {
  readonly subscribers: number;
  /** Measured, of each arm in each round. */
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Seats in one change. */
  readonly changes: number;
  readonly rounds: number;
  /** Sockets of the large crowd, of which memory, latency and coming back are measured. */
  readonly crowd: number;
  /** 0 leaves the long run out. */
  readonly memoryMinutes: number;
}

/** Large venues have as many. */
export const SEATS = 20_000;
