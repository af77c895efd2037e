import type { RemoteEngine } from './database.ts';
import { isConnectionLost, StoreSilent, troubleIn } from './faults.ts';

const CHECK_EVERY_MS = 100;
/** Between two questions while something is the matter. */
const PROBE_EVERY_MS = 250;
/** No answer for so long while one is due is worth a question. */
const QUIET_MS = 250;
/** With the two above less than a second: so long does a buyer wait for a store that is gone. */
const PROBE_TIMEOUT_MS = 500;
/** A store that answers questions, but nothing that was sent before: the old connections lead nowhere. */
const STUCK_MS = 5_000;

interface InFlight {
  readonly sinceMs: number;
  reject(error: Error): void;
}

/**
 * Notices within a second that a store does not answer; then refuses everything at once, until it does. Of one that takes no
 * writes, as a primary that was demoted, it asks whether new connections lead to one that does, and then has those made.
 */
export class HealthCheck implements Disposable {
  readonly #engine: Pick<RemoteEngine, 'probe' | 'renew' | 'reset'>;
  readonly #timer: NodeJS.Timeout;
  /** The oldest first. */
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

  get trouble(): 'silent' | 'read-only' | null {
    if (!this.#answers) return 'silent';
    return this.#isReadOnly ? 'read-only' : null;
  }

  /** Passes on what becomes of the work, or rejects as soon as the store is known not to answer. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#answers) return Promise.reject(new StoreSilent());
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
            if (troubleIn(error) === 'read-only') this.#isReadOnly = true;
            reject(error);
          },
        );
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** How long an answer has been due of which nothing is heard. */
  get #silentMs(): number {
    const [oldest] = this.#inFlight;
    return oldest === undefined ? 0 : performance.now() - Math.max(this.#heardAtMs, oldest.sinceMs);
  }

  #check(): void {
    const isWell = this.trouble === null && !this.#isSuspected && this.#silentMs < QUIET_MS;
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
    if (!this.#answers || this.#silentMs > STUCK_MS) this.#engine.reset();
    else if (this.#isReadOnly && !isReadOnly) this.#engine.renew();
    this.#isSuspected = false;
    this.#isReadOnly = isReadOnly;
    this.#answers = true;
  }

  #giveUp(): void {
    this.#answers = false;
    for (const { reject } of this.#inFlight) reject(new StoreSilent());
  }
}
