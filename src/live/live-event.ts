import { isDeepStrictEqual } from 'node:util';
import type { LoggedChange } from '../domain/change.ts';
import type { EventState } from '../domain/event-state.ts';
import type { EventRecord } from '../domain/records.ts';
import { Listeners } from '../listeners.ts';

/** The limit of `setTimeout`. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** An event's row at a revision. */
export interface EventRow {
  readonly event: EventRecord;
  readonly revision: number;
}

/** An event's row in memory: loaded, updated by the changes of its feed, and CLOSED once the event has begun. */
export class LiveEvent implements Disposable {
  readonly #nowMs: () => number;
  readonly #changed = new Listeners<void>();
  #row: EventRow;
  /** Of the last change that was applied, whether it changed the row or not. */
  #revision: number;
  #begins: NodeJS.Timeout | undefined;

  /** @param nowMs by the store's clock, in milliseconds since 1970 */
  constructor({ event, revision }: EventState, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#row = { event, revision };
    this.#revision = revision;
    this.#closeWhenItBegins();
  }

  /** A new object after each change of the row. */
  get row(): EventRow {
    return this.#row;
  }

  /** Calls back when the row has changed. Returns how to stop. */
  subscribe(listener: () => void): () => void {
    return this.#changed.add(listener);
  }

  apply({ revision, change }: LoggedChange): void {
    this.#revision = revision;
    for (const fact of change.facts) {
      if (fact.kind === 'sales-status-changed') this.#put({ ...this.#row.event, salesStatus: fact.salesStatus });
    }
  }

  /** Replaces the row by the stored one. */
  reset({ event, revision }: EventState): void {
    this.#revision = revision;
    this.#put(event);
  }

  /** Whether the stored row of the same revision differs. */
  differsFrom({ event, nowMs }: EventState): boolean {
    return !isDeepStrictEqual(atMoment(this.#row.event, nowMs), event);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#begins);
  }

  #put(changed: EventRecord): void {
    const event = atMoment(changed, this.#nowMs());
    if (!isDeepStrictEqual(event, this.#row.event)) {
      this.#row = { event, revision: this.#revision };
      this.#changed.tell();
    }
    this.#closeWhenItBegins();
  }

  #closeWhenItBegins(): void {
    clearTimeout(this.#begins);
    const { event } = this.#row;
    if (!isSelling(event)) return;
    const waitMs = Math.max(event.startsAtMs - this.#nowMs(), 1);
    this.#begins = setTimeout(() => this.#put(event), Math.min(waitMs, LONGEST_WAIT_MS));
  }
}

/** The event as the store would return it at that moment: once it has begun it is CLOSED, whatever is stored. */
function atMoment(event: EventRecord, nowMs: number): EventRecord {
  return isSelling(event) && event.startsAtMs <= nowMs ? { ...event, salesStatus: 'CLOSED' } : event;
}

function isSelling({ salesStatus }: EventRecord): boolean {
  return salesStatus === 'ON_SALE' || salesStatus === 'PAUSED';
}
