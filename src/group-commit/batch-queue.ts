/** One kind of write: reservations, confirms, and so on. */
export interface WriteKind<Request, Outcome> {
  /** Writes requests of one event together, and answers in their order. If it rejects it has changed nothing, or cannot tell. */
  write(eventId: string, requests: readonly Request[]): Promise<readonly Outcome[]>;
  /** What the request needs to itself: two that share a key are never in flight together, and the earlier goes first. */
  conflictKeys(request: Request): readonly string[];
}

/** Whether an error is no single request's fault: then the whole batch fails. Otherwise each is written again, by itself. */
export type FailsAll = (error: unknown) => boolean;

/** Requests that are written together. */
export interface Batch {
  readonly conflictKeys: readonly string[];
  /** Answers each of them. Never rejects. */
  write(): Promise<void>;
}

/** Requests in one write. The writes of an event are committed one after the other: the more go with each, the better. */
const MAX_BATCH = 128;
/** How far behind the first request a batch may look for others without a conflict. */
const LOOK_AHEAD = 4 * MAX_BATCH;

interface Entry<Request, Outcome> {
  readonly request: Request;
  readonly conflictKeys: readonly string[];
  readonly sinceMs: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** Requests of one kind for one event that wait to be written, in the order of their arrival. */
export class BatchQueue<Request, Outcome> {
  readonly #eventId: string;
  readonly #kind: WriteKind<Request, Outcome>;
  readonly #failsAll: FailsAll;
  readonly #entries: Entry<Request, Outcome>[] = [];
  /** Of batches that left others waiting: less than a batch can hold where many want the same. */
  readonly #batchSize = new MovingAverage(MAX_BATCH);

  constructor(eventId: string, kind: WriteKind<Request, Outcome>, failsAll: FailsAll) {
    this.#eventId = eventId;
    this.#kind = kind;
    this.#failsAll = failsAll;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** When the oldest of the waiting requests came; undefined if there is none. */
  get oldestSinceMs(): number | undefined {
    return this.#entries[0]?.sinceMs;
  }

  /** How many batches are written before a request that comes now. */
  get batchesAhead(): number {
    return Math.floor(this.#entries.length / this.#batchSize.value);
  }

  /** The request's own outcome, or the error its write failed with. `sinceMs` is now. */
  push(request: Request, sinceMs: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ request, conflictKeys: this.#kind.conflictKeys(request), sinceMs, resolve, reject });
    });
  }

  /** Rejects those that came before `beforeMs`, none of which was sent. */
  refuse(beforeMs: number, error: Error): void {
    const staying = this.#entries.findIndex(({ sinceMs }) => sinceMs >= beforeMs);
    const refused = this.#entries.splice(0, staying === -1 ? this.#entries.length : staying);
    for (const { reject } of refused) reject(error);
  }

  /** The first requests that conflict neither with those in flight nor with an earlier one. Null if there are none. */
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
      // One of them is at fault, and the write has changed nothing: each by itself, so that only that one fails.
      else for (const entry of batch) await this.#write([entry]);
    }
  }
}

/** Of the last few values, the newest weighing most. */
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
