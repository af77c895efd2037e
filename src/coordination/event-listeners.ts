import type { BusListener, EventChange } from './coordination.ts';

/** This node's listeners, by event. One object may listen several times; each time counts. */
export class EventListeners {
  readonly #byEvent = new Map<string, Set<{ readonly listener: BusListener }>>();

  /** Events with at least one listener. */
  get eventIds(): string[] {
    return [...this.#byEvent.keys()];
  }

  has(eventId: string): boolean {
    return this.#byEvent.has(eventId);
  }

  /** Returns how to stop, which may be called more than once. */
  add(eventId: string, listener: BusListener): () => void {
    const entries = this.#byEvent.get(eventId) ?? new Set();
    const entry = { listener };
    this.#byEvent.set(eventId, entries.add(entry));
    return () => {
      if (entries.delete(entry) && entries.size === 0) this.#byEvent.delete(eventId);
    };
  }

  tellChange(eventId: string, change: EventChange): void {
    for (const { listener } of this.#byEvent.get(eventId) ?? []) listener.onChange(change);
  }

  /** Not before the caller is done: publishing must not run its readers' work inside the publisher's. */
  tellChangeSoon(eventId: string, change: EventChange): void {
    setImmediate(() => this.tellChange(eventId, change));
  }

  tellGap(eventId: string): void {
    for (const { listener } of this.#byEvent.get(eventId) ?? []) listener.onGap();
  }
}
