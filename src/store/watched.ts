import { Listeners } from '../coordination/listeners.ts';
import type { Database } from './database.ts';
import { isConnectionLost, StoreSilent } from './faults.ts';

/** A store behind a network, and how it is looked after. */
export interface RemoteDatabase extends Database {
  /** Asks something over a connection of its own. Rejects if the store cannot be reached, or gives no answer in time. */
  probe(timeoutMs: number): Promise<void>;
  /** Gives up all connections: what waits on them rejects. New ones are made as they are needed. */
  reset(): void;
}

const CHECK_EVERY_MS = 100;
/** No answer for so long while one is due is worth a question. */
const QUIET_MS = 250;
/** With the two above less than a second: so long does a buyer wait for a store that is gone. */
const PROBE_TIMEOUT_MS = 600;
/** A store that answers questions, but nothing that was sent before: the old connections lead nowhere. */
const STUCK_MS = 5_000;

/** Notices within a second that a store does not answer; then refuses everything at once, until it does. */
export function watched(database: RemoteDatabase): Database {
  const watch = new Watch(database);
  return {
    get orm() {
      return database.orm;
    },
    rows: (statement) => watch.run(() => database.rows(statement)),
    transaction: (work) => watch.run(() => database.transaction(work)),
    migrate: () => database.migrate(),
    get answers() {
      return watch.answers;
    },
    onAnswersChange: (listener) => watch.onChange(listener),
    [Symbol.asyncDispose]: () => {
      watch[Symbol.dispose]();
      return database[Symbol.asyncDispose]();
    },
  };
}

interface UnderWay {
  readonly sinceMs: number;
  reject(error: Error): void;
}

class Watch implements Disposable {
  readonly #database: RemoteDatabase;
  readonly #changes = new Listeners<boolean>();
  readonly #timer: NodeJS.Timeout;
  /** The oldest first. */
  readonly #underWay = new Set<UnderWay>();
  #answers = true;
  #heardAtMs = 0;
  #isSuspected = false;
  #isProbing = false;

  constructor(database: RemoteDatabase) {
    this.#database = database;
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS).unref();
  }

  get answers(): boolean {
    return this.#answers;
  }

  onChange(listener: (answers: boolean) => void): () => void {
    return this.#changes.add(listener);
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#answers) return Promise.reject(new StoreSilent());
    return new Promise((resolve, reject) => {
      const underWay = { sinceMs: performance.now(), reject };
      this.#underWay.add(underWay);
      work()
        .finally(() => this.#underWay.delete(underWay))
        .then(
          (result) => {
            this.#heardAtMs = performance.now();
            resolve(result);
          },
          (error: unknown) => {
            if (isConnectionLost(error)) this.#isSuspected = true;
            else this.#heardAtMs = performance.now();
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
    const [oldest] = this.#underWay;
    return oldest === undefined ? 0 : performance.now() - Math.max(this.#heardAtMs, oldest.sinceMs);
  }

  #check(): void {
    if (this.#isProbing || (this.#answers && !this.#isSuspected && this.#silentMs < QUIET_MS)) return;
    this.#isProbing = true;
    this.#database
      .probe(PROBE_TIMEOUT_MS)
      .then(
        () => this.#goOn(),
        () => this.#giveUp(),
      )
      .finally(() => {
        this.#isProbing = false;
      });
  }

  #goOn(): void {
    this.#isSuspected = false;
    if (!this.#answers || this.#silentMs > STUCK_MS) this.#database.reset();
    this.#change(true);
  }

  #giveUp(): void {
    this.#change(false);
    for (const { reject } of this.#underWay) reject(new StoreSilent());
  }

  #change(answers: boolean): void {
    if (answers === this.#answers) return;
    this.#answers = answers;
    this.#changes.tell(answers);
  }
}
