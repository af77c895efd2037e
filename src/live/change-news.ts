import type { Logger } from 'pino';
import { z } from 'zod';
import type { Bus } from '../coordination/coordination.ts';
import type { CommittedChange, LoggedChange } from '../domain/change.ts';
import type { Listeners } from '../listeners.ts';
import { parseChange } from '../store/change-format.ts';

/** Receives changes of one event, in any order and any number of times. */
export interface ChangeListener {
  onChange(change: LoggedChange): void;
  /** There is a change with this revision, which must be read from the log. */
  onRevision(revision: number): void;
  /** Changes may have been missed. */
  onGap(): void;
}

export interface ChangeNewsParts {
  readonly committed: Listeners<CommittedChange>;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** Announces changes: this node's own at once to its listeners, and over the bus to other nodes. Announcements may be lost. */
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

  /** Resolves once subscribed, as far as that is possible at present. */
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
    if (message === undefined) this.#logger.debug({ eventId }, 'ignored an unreadable message');
    else if (message.change !== undefined) listener.onChange(message.change);
    else listener.onRevision(message.revision);
  }
}

/** Longer changes are read from the log instead, so that a change of a whole venue does not block a connection. */
const MAX_CHARACTERS = 64_000;

const message = z.object({ revision: z.int().positive(), atMs: z.number().optional(), change: z.unknown().optional() });

/** A message about a change: its revision, and the change itself if it is short. */
export interface ChangeMessage {
  readonly revision: number;
  /** Undefined if it must be read from the log. */
  readonly change: LoggedChange | undefined;
}

/** As JSON. */
export function encodeChange({ revision, atMs, change }: LoggedChange): string {
  const text = JSON.stringify({ revision, atMs, change });
  return text.length <= MAX_CHARACTERS ? text : JSON.stringify({ revision });
}

/** Undefined if the text is no such message. A change of a version that this node does not know is left out. */
export function decodeChange(text: string): ChangeMessage | undefined {
  const parsed = message.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { revision, atMs, change } = parsed.data;
  const known = parseChange(change);
  const isComplete = atMs !== undefined && known !== undefined;
  return { revision, change: isComplete ? { revision, atMs, change: known } : undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
