/** A kind of write: reserving, confirming, and so on. */
export interface WriteKind<Request, Outcome> {
  /** Writes requests of one event in one batch, and returns outcomes in their order. If it rejects, it has changed nothing, or does not know. */
  write(eventId: string, requests: readonly Request[]): Promise<readonly Outcome[]>;
  /** Two requests that share a conflict key are never in flight at once, and are written in the order of their arrival. */
  conflictKeys(request: Request): readonly string[];
}

/** Whether an error is not caused by a single request: then the whole batch fails. Otherwise each request is written again on its own. */
export type FailsAll = (error: unknown) => boolean;

/** Requests that are written in one go. */
export interface Batch {
  readonly conflictKeys: readonly string[];
  /** Writes and settles all of them. Never rejects. */
  write(): Promise<void>;
}

/** Requests in one write. Writes of an event are committed one after the other, so that large batches are faster. */
const MAX_BATCH = 128;
/** How far behind the first request a batch looks for others without conflicts. */
const LOOK_AHEAD = 4 * MAX_BATCH;

interface Entry<Request, Outcome> {
  readonly request: Request;
  readonly conflictKeys: readonly string[];
  readonly sinceMs: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** The waiting requests of one kind for one event, in the order of their arrival. */
export class BatchQueue<Request, Outcome> {
  readonly #eventId: string;
  readonly #kind: WriteKind<Request, Outcome>;
  readonly #failsAll: FailsAll;
  readonly #entries: Entry<Request, Outcome>[] = [];
  /** Size of batches that left others waiting. Less than the maximum when many requests conflict. */
  readonly #batchSize = new MovingAverage(MAX_BATCH);

  constructor(eventId: string, kind: WriteKind<Request, Outcome>, failsAll: FailsAll) {
    this.#eventId = eventId;
    this.#kind = kind;
    this.#failsAll = failsAll;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Arrival of the oldest waiting request; undefined if there is none. */
  get oldestSinceMs(): number | undefined {
    return this.#entries[0]?.sinceMs;
  }

  /** How many batches will be written before a request that arrives now. */
  get batchesAhead(): number {
    return Math.floor(this.#entries.length / this.#batchSize.value);
  }

  /** Settles with the request's outcome, or the error of its write. `sinceMs` is the current time. */
  push(request: Request, sinceMs: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ request, conflictKeys: this.#kind.conflictKeys(request), sinceMs, resolve, reject });
    });
  }

  /** Rejects waiting requests that arrived before `beforeMs`. */
  refuse(beforeMs: number, error: Error): void {
    const staying = this.#entries.findIndex(({ sinceMs }) => sinceMs >= beforeMs);
    const refused = this.#entries.splice(0, staying === -1 ? this.#entries.length : staying);
    for (const { reject } of refused) reject(error);
  }

  /** The first requests that conflict neither with requests in flight nor with earlier ones. Null if there are none. */
  takeBatch(keysInFlight: ReadonlySet<string>): Batch | null {
    const keys = new Set(keysInFlight);
    const batch: Entry<Request, Outcome>[] = [];
    const later: Entry<Request, Outcome>[] = [];
    for (const entry of this.#entries.splice(0, LOOK_AHEAD)) {
      const fits = batch.length < MAX_BATCH && !entry.conflictKeys.some((key) => keys.has(key));
      (fits ? batch : later).push(entry);
      for (const key of entry.conflictKeys) keys.add(key);
    }
    this.#entries.unshift(...later);
    if (batch.length === 0) return null;
    if (this.#entries.length > 0) this.#batchSize.add(batch.length);
    return { conflictKeys: batch.flatMap(({ conflictKeys }) => conflictKeys), write: () => this.#write(batch) };
  }

  async #write(batch: readonly Entry<Request, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#kind.write(
        this.#eventId,
        batch.map(({ request }) => request),
      );
      batch.forEach(({ resolve, reject }, position) => {
        const outcome = outcomes[position];
        if (outcome === undefined) reject(new Error('the write left a request without an outcome'));
        else resolve(outcome);
      });
    } catch (error) {
      if (batch.length === 1 || this.#failsAll(error)) for (const { reject } of batch) reject(error);
      // One request is at fault, and nothing was written: each is written on its own, so that only that one fails.
      else for (const entry of batch) await this.#write([entry]);
    }
  }
}

/** Exponentially weighted moving average. */
export class MovingAverage {
  static readonly #WEIGHT_OF_NEWEST = 0.25;
  value: number;

  constructor(firstGuess: number) {
    this.value = firstGuess;
  }

  add(value: number): void {
    this.value += (value - this.value) * MovingAverage.#WEIGHT_OF_NEWEST;
  }
}
