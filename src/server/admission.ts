import { randomInt } from 'node:crypto';
import type { Telemetry } from '../telemetry/happenings.ts';

export interface AdmissionOptions {
  /** Operations that are executed at once. */
  readonly maxUnderWay: number;
  /** How far behind the event loop may be while more than `fewUnderWay` are executed: fewer are not what keeps it. */
  readonly maxLagMs: number;
  readonly fewUnderWay: number;
  /** How far behind it is at this moment, the turn under way included. */
  lagMs(): number;
  readonly telemetry: Telemetry;
}

/** Those who are told to come back do so spread over this long, rather than all at once. */
const retrySpreadMs = { from: 1_000, to: 3_000 };

/**
 * Keeps a node from taking on more than it can answer in time. Whoever comes while it has too much to do is refused before
 * any work is done; each answer, and each turn of the loop that ends in time, lets others in.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #underWay = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Operations being executed. */
  get underWay(): number {
    return this.#underWay;
  }

  /** How long somebody who comes now should stay away, in milliseconds; undefined if they may come in. */
  refusal(): number | undefined {
    const { maxUnderWay, fewUnderWay, maxLagMs, lagMs, telemetry } = this.#options;
    if (this.#underWay < maxUnderWay && (this.#underWay < fewUnderWay || lagMs() <= maxLagMs)) return undefined;
    telemetry.emit('request:refused');
    return randomInt(retrySpreadMs.from, retrySpreadMs.to);
  }

  /** Executes an operation that was let in. What a client takes to send or to read one does not count. */
  async run<Result>(operation: () => Result | Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    try {
      return await operation();
    } finally {
      this.#underWay -= 1;
    }
  }
}
