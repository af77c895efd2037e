import { type Batch, BatchQueue, type FailsAll, MovingAverage, type WriteKind } from './batch-queue.ts';

/** Writes of one event in flight at once: while the store commits one, the next is on its way. */
const MAX_IN_FLIGHT = 2;
/** Requests of one kind that may wait for one event, however fast its writes are. */
const MAX_WAITING = 20_000;
/** A request that would wait longer than this, or that arrives when all writes in flight have taken longer, is refused at once. */
const MAX_EXPECTED_WAIT_MS = 2_000;
/** A request that has waited longer than this, against expectation, is refused as well. */
const MAX_WAIT_MS = 3_000;
/** Assumed duration of a write, until some were measured. */
const FIRST_GUESS_MS = 20;
const RETRY_AFTER_MS = { least: 1_000, most: 10_000 };

/** Too many requests wait for the event. This one was not sent, and nothing was changed. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
  /** After which trying again is worthwhile. */
  readonly retryAfterMs: number;

  constructor(message: string, { retryAfterMs }: { readonly retryAfterMs: number }) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Submits requests of one kind. */
export interface Writes<Request, Outcome> {
  /**
   * Settles with the request's outcome, or the error of its write. Rejects with `QueueFull` at once if it would have to wait too long,
   * and later if it has.
   */
  submit(eventId: string, request: Request): Promise<Outcome>;
}

/**
 * Group commit: requests for an event that arrive while it is written to go into the next batch. A busy event is limited by the number
 * of commits, not of rows; a request for an idle one is written at once. All kinds of writes share an event's few writes in flight.
 */
export class GroupCommit {
  /** By event: those with requests waiting or in flight. */
  readonly #committers = new Map<string, EventCommitter>();
  readonly #monotonicNow: () => number;
  readonly #failsAll: FailsAll;

  constructor({ monotonicNow, failsAll }: { readonly monotonicNow: () => number; readonly failsAll: FailsAll }) {
    this.#monotonicNow = monotonicNow;
    this.#failsAll = failsAll;
  }

  /** Waiting requests of all kinds and events. */
  get waiting(): number {
    return [...this.#committers.values()].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  register<Request, Outcome>(kind: WriteKind<Request, Outcome>): Writes<Request, Outcome> {
    const queues = new WeakMap<EventCommitter, BatchQueue<Request, Outcome>>();
    const queueOf = (committer: EventCommitter, eventId: string) => {
      const queue = queues.get(committer) ?? new BatchQueue(eventId, kind, this.#failsAll);
      if (!queues.has(committer)) committer.add(queue);
      queues.set(committer, queue);
      return queue;
    };
    return {
      submit: async (eventId, request) => {
        const committer = this.#committerOf(eventId);
        return committer.submit(queueOf(committer, eventId), request);
      },
    };
  }

  #committerOf(eventId: string): EventCommitter {
    const committer =
      this.#committers.get(eventId) ?? new EventCommitter(this.#monotonicNow, () => this.#committers.delete(eventId));
    this.#committers.set(eventId, committer);
    return committer;
  }
}

/** A queue of any kind. */
type Queue = Omit<BatchQueue<unknown, unknown>, 'push'>;

/** Writes the waiting requests of one event, one batch of each kind in rotation. */
class EventCommitter {
  readonly #monotonicNow: () => number;
  readonly #onIdle: () => void;
  /** The first is served next. */
  readonly #queues: Queue[] = [];
  readonly #keysInFlight = new Set<string>();
  /** When the writes in flight began, oldest first. */
  readonly #inFlight: number[] = [];
  readonly #writeMs = new MovingAverage(FIRST_GUESS_MS);
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(monotonicNow: () => number, onIdle: () => void) {
    this.#monotonicNow = monotonicNow;
    this.#onIdle = onIdle;
  }

  get waiting(): number {
    return this.#queues.reduce((sum, { length }) => sum + length, 0);
  }

  add(queue: Queue): void {
    this.#queues.push(queue);
  }

  submit<Request, Outcome>(queue: BatchQueue<Request, Outcome>, request: Request): Promise<Outcome> {
    const waitMs = Math.max(this.#expectedWaitMs(queue), this.#hungMs());
    if (waitMs > MAX_EXPECTED_WAIT_MS || queue.length >= MAX_WAITING) {
      return Promise.reject(this.#full(queue));
    }
    const outcome = queue.push(request, this.#monotonicNow());
    this.#schedule();
    this.#watch();
    return outcome;
  }

  /** Kinds are served in rotation, so that each batch ahead waits for one of every other kind. */
  #expectedWaitMs(queue: Queue): number {
    const kinds = this.#queues.filter(({ length }) => length > 0).length;
    return (queue.batchesAhead * kinds * this.#writeMs.value) / MAX_IN_FLIGHT;
  }

  /** For how long no further write could begin; 0 if one can. */
  #hungMs(): number {
    const youngest = this.#inFlight.at(-1);
    return youngest === undefined || this.#inFlight.length < MAX_IN_FLIGHT ? 0 : this.#monotonicNow() - youngest;
  }

  #full(queue: Queue): QueueFull {
    const { least, most } = RETRY_AFTER_MS;
    const backMs = Math.max(this.#expectedWaitMs(queue), this.#hungMs());
    return new QueueFull('too many requests wait for the event', {
      retryAfterMs: Math.round(Math.min(Math.max(backMs, least), most)),
    });
  }

  /** At the end of this turn of the event loop, so that requests that arrive in one turn go into one batch. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#writeBatches();
    });
  }

  #writeBatches(): void {
    this.#refuseOverdue();
    while (this.#inFlight.length < MAX_IN_FLIGHT) {
      const batch = this.#nextBatch();
      if (batch === null) break;
      void this.#write(batch);
    }
    if (this.#inFlight.length === 0) this.#onIdle();
  }

  #nextBatch(): Batch | null {
    for (const queue of [...this.#queues]) {
      this.#queues.push(...this.#queues.splice(0, 1));
      const batch = queue.takeBatch(this.#keysInFlight);
      if (batch !== null) return batch;
    }
    return null;
  }

  async #write({ conflictKeys, write }: Batch): Promise<void> {
    const began = this.#monotonicNow();
    this.#inFlight.push(began);
    for (const key of conflictKeys) this.#keysInFlight.add(key);
    await write();
    for (const key of conflictKeys) this.#keysInFlight.delete(key);
    this.#inFlight.splice(this.#inFlight.indexOf(began), 1);
    this.#writeMs.add(this.#monotonicNow() - began);
    this.#schedule();
  }

  #refuseOverdue(): void {
    const beforeMs = this.#monotonicNow() - MAX_WAIT_MS;
    for (const queue of this.#queues) {
      if ((queue.oldestSinceMs ?? Infinity) <= beforeMs) queue.refuse(beforeMs, this.#full(queue));
    }
  }

  /** Refuses waiting requests in time while the store hangs. */
  #watch(): void {
    if (this.#timer !== undefined) return;
    const oldestMs = Math.min(...this.#queues.map(({ oldestSinceMs }) => oldestSinceMs ?? Infinity));
    if (oldestMs === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#refuseOverdue();
        this.#watch();
      },
      oldestMs + MAX_WAIT_MS - this.#monotonicNow() + 1,
    ).unref();
  }
}
