import { isStoreUnavailable } from '../store/faults.ts';
import { MovingAverage } from './moving-average.ts';

/** One kind of write: reservations, confirms, and so on. */
export interface WriteKind<Request, Outcome> {
  /** Writes requests of one event together, and answers in their order. Who rejects has changed nothing, or cannot tell. */
  write(eventId: string, requests: readonly Request[]): Promise<readonly Outcome[]>;
  /** Names of what the request must have to itself: two that share one never go out together, and the earlier goes first. */
  claims(request: Request): readonly string[];
}

/** Requests that go out together. */
export interface Batch {
  readonly claims: readonly string[];
  /** Answers each of them. Never rejects. */
  write(): Promise<void>;
}

/** Requests in one write: past some dozens a statement's fixed costs no longer show. */
const MAX_BATCH = 64;
/** How far ahead of the first a batch may look for requests that go well together. */
const LOOK_AHEAD = 4 * MAX_BATCH;

interface Entry<Request, Outcome> {
  readonly request: Request;
  readonly claims: readonly string[];
  readonly sinceMs: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** Requests of one kind that wait to be written to one event, in the order of their arrival. */
export class WaitingLine<Request, Outcome> {
  readonly #kind: WriteKind<Request, Outcome>;
  readonly #eventId: string;
  readonly #entries: Entry<Request, Outcome>[] = [];
  /** Of batches that left others waiting: less than a batch can hold where many want the same. */
  readonly #batchSize = new MovingAverage(MAX_BATCH);

  constructor(kind: WriteKind<Request, Outcome>, eventId: string) {
    this.#kind = kind;
    this.#eventId = eventId;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** When the first of those that wait came; undefined if none does. */
  get oldestSinceMs(): number | undefined {
    return this.#entries[0]?.sinceMs;
  }

  /** How many batches will go out before what comes now. */
  get batchesAhead(): number {
    return Math.floor(this.#entries.length / this.#batchSize.value);
  }

  /** The request's own outcome, or what made its write fail. `sinceMs` is now. */
  push(request: Request, sinceMs: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ request, claims: this.#kind.claims(request), sinceMs, resolve, reject });
    });
  }

  /** Turns away those that came before `beforeMs`, as they were not sent. */
  refuse(beforeMs: number, error: Error): void {
    const staying = this.#entries.findIndex(({ sinceMs }) => sinceMs >= beforeMs);
    const refused = this.#entries.splice(0, staying === -1 ? this.#entries.length : staying);
    for (const { reject } of refused) reject(error);
  }

  /** The first requests that share no claim with what is under way, or with one before them. Null if there are none. */
  takeBatch(underWay: ReadonlySet<string>): Batch | null {
    const claimed = new Set(underWay);
    const batch: Entry<Request, Outcome>[] = [];
    const later: Entry<Request, Outcome>[] = [];
    for (const entry of this.#entries.splice(0, LOOK_AHEAD)) {
      const fits = batch.length < MAX_BATCH && !entry.claims.some((claim) => claimed.has(claim));
      (fits ? batch : later).push(entry);
      for (const claim of entry.claims) claimed.add(claim);
    }
    this.#entries.unshift(...later);
    if (batch.length === 0) return null;
    if (this.#entries.length > 0) this.#batchSize.add(batch.length);
    return { claims: batch.flatMap(({ claims }) => claims), write: () => this.#write(batch) };
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
      if (batch.length === 1 || isStoreUnavailable(error)) for (const { reject } of batch) reject(error);
      // One of them is at fault, and the write has changed nothing: each by itself, so that only that one fails.
      else for (const entry of batch) await this.#write([entry]);
    }
  }
}
