import type { RemoteEngine } from './database.ts';
import { faultIn, isConnectionLost, StoreUnresponsive } from './faults.ts';

const CHECK_EVERY_MS = 100;
/** Between two probes while something is wrong. */
const PROBE_EVERY_MS = 250;
/** After this long without an answer that is due, the store is probed. */
const QUIET_MS = 250;
/** Together with the two above less than a second, which is how long a buyer waits for a store that is gone. */
const PROBE_TIMEOUT_MS = 500;
/** When the store answers probes but no statement in flight for this long, the old connections are taken for dead. */
const STUCK_MS = 5_000;

interface InFlight {
  readonly sinceMs: number;
  reject(error: Error): void;
}

/**
 * Notices within a second that the store does not answer, and then refuses everything at once until it does. While the store is
 * read-only, as a demoted primary is, it probes whether new connections lead to a server that takes writes, and then has the
 * connections replaced.
 */
export class HealthCheck implements Disposable {
  readonly #engine: Pick<RemoteEngine, 'probe' | 'renew' | 'reset'>;
  readonly #timer: NodeJS.Timeout;
  /** Oldest first. */
  readonly #inFlight = new Set<InFlight>();
  #answers = true;
  #heardAtMs = 0;
  #isSuspected = false;
  #isReadOnly = false;
  #isProbing = false;
  #probedAtMs = Number.NEGATIVE_INFINITY;

  constructor(engine: Pick<RemoteEngine, 'probe' | 'renew' | 'reset'>) {
    this.#engine = engine;
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS).unref();
  }

  get fault(): 'unresponsive' | 'read-only' | null {
    if (!this.#answers) return 'unresponsive';
    return this.#isReadOnly ? 'read-only' : null;
  }

  /** Settles as the work does, or rejects as soon as the store is known not to answer. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#answers) return Promise.reject(new StoreUnresponsive());
    return new Promise((resolve, reject) => {
      const inFlight = { sinceMs: performance.now(), reject };
      this.#inFlight.add(inFlight);
      work()
        .finally(() => this.#inFlight.delete(inFlight))
        .then(
          (result) => {
            this.#heardAtMs = performance.now();
            resolve(result);
          },
          (error: unknown) => {
            if (isConnectionLost(error)) this.#isSuspected = true;
            else this.#heardAtMs = performance.now();
            if (faultIn(error) === 'read-only') this.#isReadOnly = true;
            reject(error);
          },
        );
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** How long the oldest answer has been due without the store having answered anything. */
  get #unansweredMs(): number {
    const [oldest] = this.#inFlight;
    return oldest === undefined ? 0 : performance.now() - Math.max(this.#heardAtMs, oldest.sinceMs);
  }

  #check(): void {
    const isWell = this.fault === null && !this.#isSuspected && this.#unansweredMs < QUIET_MS;
    if (isWell || this.#isProbing || performance.now() - this.#probedAtMs < PROBE_EVERY_MS) return;
    this.#isProbing = true;
    this.#probedAtMs = performance.now();
    this.#engine
      .probe(PROBE_TIMEOUT_MS)
      .then(
        ({ isReadOnly }) => this.#goOn(isReadOnly),
        () => this.#giveUp(),
      )
      .finally(() => {
        this.#isProbing = false;
      });
  }

  #goOn(isReadOnly: boolean): void {
    if (!this.#answers || this.#unansweredMs > STUCK_MS) this.#engine.reset();
    else if (this.#isReadOnly && !isReadOnly) this.#engine.renew();
    this.#isSuspected = false;
    this.#isReadOnly = isReadOnly;
    this.#answers = true;
  }

  #giveUp(): void {
    this.#answers = false;
    for (const { reject } of this.#inFlight) reject(new StoreUnresponsive());
  }
}
