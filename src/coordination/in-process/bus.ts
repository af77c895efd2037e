import type { Bus, BusListener, EventChange } from '../coordination.ts';
import { EventListeners } from '../event-listeners.ts';

/** One node hears itself, and never misses anything. */
export class InProcessBus implements Bus {
  readonly #listeners = new EventListeners();

  async publish(eventId: string, change: EventChange): Promise<void> {
    this.#listeners.tellChangeSoon(eventId, change);
  }

  async subscribe(eventId: string, listener: BusListener): Promise<AsyncDisposable> {
    const stop = this.#listeners.add(eventId, listener);
    return { [Symbol.asyncDispose]: async () => stop() };
  }
}
