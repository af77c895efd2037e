import { isStoreUnavailable } from '../store/faults.ts';

export interface GroupCommitOptions<Request, Outcome> {
  /** Writes requests of one event together, and answers in their order. */
  write(eventId: string, requests: readonly Request[]): Promise<readonly Outcome[]>;
  /** Names of what the request must have to itself: two that share one never go out together, and the earlier goes first. */
  claims(request: Request): readonly string[];
}

/** More wait for one event than can be written in reasonable time. Nothing was changed. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/** Requests in one write: past some dozens a statement's fixed costs no longer show. */
const MAX_BATCH = 64;
/** Requests that may wait for one event: what is written in a few seconds. */
const MAX_WAITING = 20_000;
/** How far ahead of the first a batch may look for requests that go well together. */
const LOOK_AHEAD = 4 * MAX_BATCH;

interface Waiting<Request, Outcome> {
  readonly request: Request;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/**
 * Sends what arrives for one event while a write of it is under way together in the next one. A busy event is limited by
 * commits, not by rows; an idle one is written to at once.
 */
export class GroupCommit<Request, Outcome> {
  readonly #options: GroupCommitOptions<Request, Outcome>;
  /** By event; an event stands in here exactly while a write of it is under way. */
  readonly #waiting = new Map<string, Waiting<Request, Outcome>[]>();

  constructor(options: GroupCommitOptions<Request, Outcome>) {
    this.#options = options;
  }

  /** The request's own outcome, or what made its write fail. Rejects with `QueueFull` at once. */
  submit(eventId: string, request: Request): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(eventId);
      const entry = { request, resolve, reject };
      if (waiting === undefined) void this.#writeAll(eventId, [entry]);
      else if (waiting.length >= MAX_WAITING) reject(new QueueFull('too many requests wait for the event'));
      else waiting.push(entry);
    });
  }

  async #writeAll(eventId: string, waiting: Waiting<Request, Outcome>[]): Promise<void> {
    this.#waiting.set(eventId, waiting);
    while (waiting.length > 0) await this.#write(eventId, this.#nextBatch(waiting));
    this.#waiting.delete(eventId);
  }

  /** Takes out the first requests that share no claim with one before them, whether that goes out now or later. */
  #nextBatch(waiting: Waiting<Request, Outcome>[]): Waiting<Request, Outcome>[] {
    const claimed = new Set<string>();
    const batch: Waiting<Request, Outcome>[] = [];
    const later: Waiting<Request, Outcome>[] = [];
    for (const entry of waiting.splice(0, LOOK_AHEAD)) {
      const claims = this.#options.claims(entry.request);
      const fits = batch.length < MAX_BATCH && !claims.some((claim) => claimed.has(claim));
      (fits ? batch : later).push(entry);
      for (const claim of claims) claimed.add(claim);
    }
    waiting.unshift(...later);
    return batch;
  }

  async #write(eventId: string, batch: readonly Waiting<Request, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#options.write(
        eventId,
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
      else for (const entry of batch) await this.#write(eventId, [entry]);
    }
  }
}
