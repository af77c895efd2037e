import { isDeepStrictEqual } from 'node:util';
import type { LoggedChange } from '../domain/change.ts';
import type { EventState } from '../domain/event-state.ts';
import type { EventRecord } from '../domain/records.ts';
import { Listeners } from '../listeners.ts';

/** `setTimeout` takes no more. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** An event's own row, as it is at a revision. */
export interface EventRow {
  readonly event: EventRecord;
  readonly revision: number;
}

/** An event's own row as its feed tells of it: loaded, changed by what is logged, and no longer on sale once the event has begun. */
export class LiveEvent implements Disposable {
  readonly #nowMs: () => number;
  readonly #changed = new Listeners<void>();
  #row: EventRow;
  /** Of the last change that was applied, whatever it was about. */
  #revision: number;
  #begins: NodeJS.Timeout | undefined;

  /** @param nowMs by the store's clock, in milliseconds since 1970 */
  constructor({ event, revision }: EventState, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#row = { event, revision };
    this.#revision = revision;
    this.#closeWhenItBegins();
  }

  /** Another object when something of it has changed. */
  get row(): EventRow {
    return this.#row;
  }

  /** Told when the row is another. Returns how to stop. */
  subscribe(listener: () => void): () => void {
    return this.#changed.add(listener);
  }

  apply({ revision, change }: LoggedChange): void {
    this.#revision = revision;
    for (const fact of change.facts) {
      if (fact.kind === 'sales-status-changed') this.#put({ ...this.#row.event, salesStatus: fact.salesStatus });
    }
  }

  /** Puts what the store has in place of everything. */
  reset({ event, revision }: EventState): void {
    this.#revision = revision;
    this.#put(event);
  }

  /** Whether the store has it otherwise, of the same revision. */
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

/** As the store tells of it then: an event that has begun is no longer on sale, whatever is stored. */
function atMoment(event: EventRecord, nowMs: number): EventRecord {
  return isSelling(event) && event.startsAtMs <= nowMs ? { ...event, salesStatus: 'CLOSED' } : event;
}

function isSelling({ salesStatus }: EventRecord): boolean {
  return salesStatus === 'ON_SALE' || salesStatus === 'PAUSED';
}
