import { type Batch, BatchQueue, type FailsAll, MovingAverage, type WriteKind } from './batch-queue.ts';

/** Writes of one event that are in flight at once: while the store commits one, the next is on its way. */
const MAX_IN_FLIGHT = 2;
/** Requests of one kind that may wait for one event, however fast it is written to. */
const MAX_WAITING = 20_000;
/** A request that would have to wait for longer, or comes when all writes in flight have taken longer, is refused at once. */
const MAX_EXPECTED_WAIT_MS = 2_000;
/** A request that has waited for longer, against expectation, is refused too. */
const MAX_WAIT_MS = 3_000;
/** Of one write, until there were some. */
const FIRST_GUESS_MS = 20;
const RETRY_AFTER_MS = { least: 1_000, most: 10_000 };

/** Too much waits for the event. The request was not sent, and nothing was changed. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
  /** When it is worth trying again. */
  readonly retryAfterMs: number;

  constructor(message: string, { retryAfterMs }: { readonly retryAfterMs: number }) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Where requests of one kind go. */
export interface Writes<Request, Outcome> {
  /**
   * The request's own outcome, or the error its write failed with. Rejects with `QueueFull`: at once when it would have to wait
   * for too long, and later when it has.
   */
  submit(eventId: string, request: Request): Promise<Outcome>;
}

/**
 * Group commit: what arrives for one event while it is being written to is written together next. A busy event is limited by
 * commits, not by rows; an idle one is written to at once. All kinds of writes share an event's few writes in flight.
 */
export class GroupCommit {
  /** The events that are being written to. */
  readonly #committers = new Map<string, EventCommitter>();
  readonly #monotonicNow: () => number;
  readonly #failsAll: FailsAll;

  constructor({ monotonicNow, failsAll }: { readonly monotonicNow: () => number; readonly failsAll: FailsAll }) {
    this.#monotonicNow = monotonicNow;
    this.#failsAll = failsAll;
  }

  /** Requests that wait to be written, of all kinds and events. */
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

/** Writes what waits for one event: one batch of each kind in rotation. Nothing waits for long. */
class EventCommitter {
  readonly #monotonicNow: () => number;
  readonly #onIdle: () => void;
  /** The one to be served next is the first. */
  readonly #queues: Queue[] = [];
  readonly #keysInFlight = new Set<string>();
  /** When the writes in flight began, in that order. */
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

  /** Kinds are served in rotation, whatever waits of the others. */
  #expectedWaitMs(queue: Queue): number {
    const kinds = this.#queues.filter(({ length }) => length > 0).length;
    return (queue.batchesAhead * kinds * this.#writeMs.value) / MAX_IN_FLIGHT;
  }

  /** How long no further write could begin; 0 when one can. */
  #hungMs(): number {
    const youngest = this.#inFlight.at(-1);
    return youngest === undefined || this.#inFlight.length < MAX_IN_FLIGHT ? 0 : this.#monotonicNow() - youngest;
  }

  #full(queue: Queue): QueueFull {
    const { least, most } = RETRY_AFTER_MS;
    const backMs = Math.max(this.#expectedWaitMs(queue), this.#hungMs());
    return new QueueFull('too much waits for the event', {
      retryAfterMs: Math.round(Math.min(Math.max(backMs, least), most)),
    });
  }

  /** At the end of this turn of the event loop, so that what arrives in one turn is written together. */
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

  /** Refuses in time what waits while the store hangs. */
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
