import type { Engine } from './database.ts';
import { isConnectionLost, StoreSilent, troubleIn } from './faults.ts';

/** An engine behind a network, and how it is looked after. */
export interface RemoteDatabase extends Engine {
  /** Asks something over a connection of its own. Rejects if the store cannot be reached, or gives no answer in time. */
  probe(timeoutMs: number): Promise<Probed>;
  /** Makes new connections as they are needed, and lets what is under way on the old ones end. */
  renew(): void;
  /** Makes new connections as they are needed, and gives up the old ones: what waits on them rejects. */
  reset(): void;
}

/** What a new connection finds, which may lead elsewhere than the old ones. */
export interface Probed {
  readonly isReadOnly: boolean;
}

const CHECK_EVERY_MS = 100;
/** Between two questions while something is the matter. */
const PROBE_EVERY_MS = 250;
/** No answer for so long while one is due is worth a question. */
const QUIET_MS = 250;
/** With the two above less than a second: so long does a buyer wait for a store that is gone. */
const PROBE_TIMEOUT_MS = 500;
/** A store that answers questions, but nothing that was sent before: the old connections lead nowhere. */
const STUCK_MS = 5_000;

/** Knows what is the matter with the store as a whole. */
export interface WatchedDatabase extends Engine {
  readonly trouble: 'silent' | 'read-only' | null;
}

/**
 * Notices within a second that a store does not answer; then refuses everything at once, until it does. Of one that takes no
 * writes, as a primary that was demoted, it asks whether new connections lead to one that does, and then makes those.
 */
export function watched(database: RemoteDatabase): WatchedDatabase {
  const watch = new Watch(database);
  return {
    get orm() {
      return database.orm;
    },
    rows: (statement) => watch.run(() => database.rows(statement)),
    transaction: (work) => watch.run(() => database.transaction(work)),
    together: (statements) => watch.run(() => database.together(statements)),
    migrate: () => database.migrate(),
    get trouble() {
      return watch.trouble;
    },
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
  readonly #timer: NodeJS.Timeout;
  /** The oldest first. */
  readonly #underWay = new Set<UnderWay>();
  #answers = true;
  #heardAtMs = 0;
  #isSuspected = false;
  #isReadOnly = false;
  #isProbing = false;
  #probedAtMs = Number.NEGATIVE_INFINITY;

  constructor(database: RemoteDatabase) {
    this.#database = database;
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS).unref();
  }

  get trouble(): WatchedDatabase['trouble'] {
    if (!this.#answers) return 'silent';
    return this.#isReadOnly ? 'read-only' : null;
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
    const [oldest] = this.#underWay;
    return oldest === undefined ? 0 : performance.now() - Math.max(this.#heardAtMs, oldest.sinceMs);
  }

  #check(): void {
    const isWell = this.trouble === null && !this.#isSuspected && this.#silentMs < QUIET_MS;
    if (isWell || this.#isProbing || performance.now() - this.#probedAtMs < PROBE_EVERY_MS) return;
    this.#isProbing = true;
    this.#probedAtMs = performance.now();
    this.#database
      .probe(PROBE_TIMEOUT_MS)
      .then(
        (probed) => this.#goOn(probed),
        () => this.#giveUp(),
      )
      .finally(() => {
        this.#isProbing = false;
      });
  }

  #goOn({ isReadOnly }: Probed): void {
    if (!this.#answers || this.#silentMs > STUCK_MS) this.#database.reset();
    else if (this.#isReadOnly && !isReadOnly) this.#database.renew();
    this.#isSuspected = false;
    this.#isReadOnly = isReadOnly;
    this.#answers = true;
  }

  #giveUp(): void {
    this.#answers = false;
    for (const { reject } of this.#underWay) reject(new StoreSilent());
  }
}
