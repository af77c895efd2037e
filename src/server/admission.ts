import { randomInt } from 'node:crypto';
import type { Telemetry } from '../telemetry/happenings.ts';

export interface AdmissionOptions {
  /** Operations in flight at once. */
  readonly maxInFlight: number;
  /** How long requests may wait for the event loop while more than `fewInFlight` operations are executed. Fewer are not the cause. */
  readonly maxLagMs: number;
  readonly fewInFlight: number;
  /** As in `LoopLag`. */
  requestWaitMs(): number;
  readonly telemetry: Telemetry;
}

/** Refused clients are told to retry at random times within this, so that they do not come back all at once. */
const retrySpreadMs = { from: 1_000, to: 3_000 };

/**
 * Keeps a node from accepting more requests than it can answer in time. While it is overloaded, requests are refused before
 * any work is done; each answer, and each timely turn of the event loop, admits others.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #inFlight = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Operations in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How long a new request should wait before a retry, in milliseconds; undefined if it is admitted. */
  refusal(): number | undefined {
    const { maxInFlight, fewInFlight, maxLagMs, requestWaitMs, telemetry } = this.#options;
    if (this.#inFlight < maxInFlight && (this.#inFlight < fewInFlight || requestWaitMs() <= maxLagMs)) return undefined;
    telemetry.emit('request:refused');
    return randomInt(retrySpreadMs.from, retrySpreadMs.to);
  }

  /** Executes an admitted operation. The time that a client takes to send a request or to read the answer does not count. */
  async run<Result>(operation: () => Result | Promise<Result>): Promise<Result> {
    this.#inFlight += 1;
    try {
      return await operation();
    } finally {
      this.#inFlight -= 1;
    }
  }
}
