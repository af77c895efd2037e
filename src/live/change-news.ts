import type { Logger } from 'pino';
import type { Bus } from '../coordination/coordination.ts';
import type { CommittedChange, LoggedChange } from '../domain/change.ts';
import type { Listeners } from '../listeners.ts';
import { decodeChange, encodeChange } from './change-message.ts';

/** Hears of changes of one event, in any order and any number of times. */
export interface ChangeListener {
  onChange(change: LoggedChange): void;
  /** There is a change of this revision, which must be read from the log. */
  onRevision(revision: number): void;
  /** Some may have been missed. */
  onGap(): void;
}

export interface ChangeNewsParts {
  readonly committed: Listeners<CommittedChange>;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** What nodes commit: this node's own is told here at once and to all others by the bus. Nothing here is certain to arrive. */
export class ChangeNews implements Disposable {
  readonly #bus: Bus;
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  readonly #stop: () => void;

  constructor({ committed, bus, logger }: ChangeNewsParts) {
    this.#bus = bus;
    this.#logger = logger;
    this.#stop = committed.add(({ eventId, ...change }) => {
      for (const listener of this.#listeners.get(eventId) ?? []) listener.onChange(change);
      bus.publish(eventId, encodeChange(change));
    });
  }

  /** Resolves once everything that comes later will be heard, as far as it is possible at present. */
  async subscribe(eventId: string, listener: ChangeListener): Promise<AsyncDisposable> {
    const listeners = this.#listeners.get(eventId) ?? new Set();
    this.#listeners.set(eventId, listeners.add(listener));
    const subscription = await this.#bus.subscribe(eventId, {
      onMessage: (text) => this.#onMessage(eventId, listener, text),
      onGap: () => listener.onGap(),
    });
    return {
      [Symbol.asyncDispose]: async () => {
        if (listeners.delete(listener) && listeners.size === 0) this.#listeners.delete(eventId);
        await subscription[Symbol.asyncDispose]();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #onMessage(eventId: string, listener: ChangeListener, text: string): void {
    const message = decodeChange(text);
    if (message === undefined) this.#logger.debug({ eventId }, 'ignored what is no message');
    else if (message.change !== undefined) listener.onChange(message.change);
    else listener.onRevision(message.revision);
  }
}
