import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { LoggedChange } from '../domain/change.ts';
import { parseChange } from '../store/change-format.ts';
import { readChanges } from '../store/change-log.ts';
import type { Database } from '../store/engine/database.ts';
import { Lease } from './lease.ts';

/** Changes of one event, in order. */
export interface ChangesToHandle {
  readonly eventId: string;
  /** Never empty. */
  readonly changes: readonly LoggedChange[];
  /** Aborted when the work must end: then another node may soon have the event. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when all of the changes are handled. If it rejects, they come again. They may also come again when a node has died or lost its
 * lease, so that handling must be idempotent. Must begin nothing new once the signal is aborted.
 */
export type HandleChanges = (changes: ChangesToHandle) => Promise<void>;

export interface EventWorkerSettings {
  readonly consumer: string;
  readonly handle: HandleChanges;
  readonly database: Database;
  readonly logger: Logger;
  /** Changes in one call of the handler. */
  readonly batch: number;
  /** After this long without a renewal, another node takes over. */
  readonly leaseMs: number;
  /** How long one call may take. */
  readonly handleWithinMs: number;
  /** How long a call may take to end once it is aborted. After that it is given up. */
  readonly endWithinMs: number;
  /** Pause between attempts at an event, which doubles each time. */
  readonly retry: { readonly firstMs: number; readonly longestMs: number };
}

/** An event with more to read makes room for others after this long. */
const MAX_WORK_MS = 2_000;

/** Works on events: reads changes, calls the handler, and moves the cursor afterwards. */
export class EventWorker {
  readonly #settings: EventWorkerSettings;
  readonly #worker = randomUUID();
  readonly #leases = new Set<Lease>();
  /** Events whose handler was given up but still runs: this node skips them until it ends. */
  readonly #givenUp = new Set<string>();
  #isStopping = false;

  constructor(settings: EventWorkerSettings) {
    this.#settings = settings;
  }

  /** Returns whether there may be more to read. Rejects when the store does. */
  async work(eventId: string): Promise<boolean> {
    if (this.#isStopping || this.#givenUp.has(eventId)) return false;
    const { database, consumer, leaseMs } = this.#settings;
    using lease = await Lease.take(database, { eventId, consumer, worker: this.#worker }, leaseMs);
    if (lease === null) return false;
    this.#leases.add(lease);
    try {
      return await this.#readAndHandle(lease);
    } catch (error) {
      await this.#fail(lease, error);
      return false;
    } finally {
      this.#leases.delete(lease);
    }
  }

  /** Aborts all handlers. */
  stop(): void {
    this.#isStopping = true;
    for (const lease of this.#leases) lease.end('the node stops');
  }

  async #readAndHandle(lease: Lease): Promise<boolean> {
    const endsAtMs = performance.now() + MAX_WORK_MS;
    while (!this.#isStopping && !lease.signal.aborted) {
      const changes = await this.#read(lease);
      const last = changes.at(-1);
      if (last === undefined || lease.signal.aborted) break;
      await lease.during(this.#handle(lease, changes));
      const isAll = changes.length < this.#settings.batch;
      if (isAll || performance.now() >= endsAtMs) {
        await lease.release(last.revision, 0);
        return !isAll;
      }
      await lease.moveTo(last.revision);
    }
    if (!lease.isLost) await lease.release();
    return false;
  }

  async #read({ eventId, revision }: Lease): Promise<LoggedChange[]> {
    const { database, logger, consumer, batch } = this.#settings;
    const changes = await readChanges(database.mapReads, eventId, { after: revision, limit: batch });
    const next = changes[0]?.revision ?? revision + 1;
    // A new consumer begins with the oldest change that is still there.
    if (revision > 0 && next > revision + 1) {
      const context = { consumer, eventId, handled: revision, next };
      logger.error(context, 'the log has lost changes that a consumer had yet to read: it goes on with the next');
    }
    const firstUnknown = changes.findIndex(({ change }) => parseChange(change) === undefined);
    if (firstUnknown === 0) throw new Error(`change ${next} is of a version that this node does not know`);
    return firstUnknown === -1 ? changes : changes.slice(0, firstUnknown);
  }

  async #handle(lease: Lease, changes: readonly LoggedChange[]): Promise<void> {
    const { eventId } = lease;
    const { handle, handleWithinMs, endWithinMs } = this.#settings;
    const limit = setTimeout(() => lease.end('the handler took too long'), handleWithinMs);
    const over = new AbortController();
    // A new one for each call, so that listeners which a handler leaves on it do not pile up.
    const call = new AbortController();
    const abort = () => call.abort(lease.signal.reason);
    lease.signal.addEventListener('abort', abort, { signal: over.signal });
    let hasEnded = false;
    const handling = (async () => handle({ eventId, changes, signal: call.signal }))().finally(() => {
      hasEnded = true;
      this.#givenUp.delete(eventId);
    });
    try {
      await Promise.race([handling, untilGivenUp(call.signal, endWithinMs, over.signal)]);
    } finally {
      clearTimeout(limit);
      over.abort();
      if (!hasEnded) this.#givenUp.add(eventId);
    }
  }

  async #fail(lease: Lease, error: unknown): Promise<void> {
    const { logger, consumer, retry } = this.#settings;
    const { eventId, revision } = lease;
    if (lease.isLost) return logger.warn({ err: error, consumer, eventId }, 'a consumer lost its lease of an event');
    if (this.#isStopping) {
      // A handler that was given up keeps its lease until it expires, because it may run until the process ends.
      if (!this.#givenUp.has(eventId)) await lease.release();
      return;
    }
    const againInMs = Math.min(retry.firstMs * 2 ** lease.attempts, retry.longestMs);
    const context = { err: error, consumer, eventId, revision, attempts: lease.attempts + 1, againInMs };
    logger.warn(context, 'a consumer failed at an event, and will try again');
    await lease.postpone(againInMs);
  }
}

/** Rejects `endWithinMs` after the signal was aborted, or when `over` is. */
async function untilGivenUp(signal: AbortSignal, endWithinMs: number, over: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over });
  await sleep(endWithinMs, undefined, { signal: over });
  throw new Error(`the handler was given up: it did not end when it was told to, as ${signal.reason}`);
}
