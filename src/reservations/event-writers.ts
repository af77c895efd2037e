import { EventWriter } from './event-writer.ts';
import { WaitingLine, type WriteKind } from './waiting-line.ts';

/** Where requests of one kind go. */
export interface Writes<Request, Outcome> {
  /**
   * The request's own outcome, or what made its write fail. Rejects with `QueueFull`: at once when it would have to wait for
   * too long, and later when it has.
   */
  submit(eventId: string, request: Request): Promise<Outcome>;
}

/**
 * Group commit: sends what arrives for one event while it is being written to together in the next write. A busy event is
 * limited by commits, not by rows; an idle one is written to at once. All kinds of writes share an event's few writers.
 */
export class EventWriters {
  /** The events that are being written to. */
  readonly #writers = new Map<string, EventWriter>();
  readonly #monotonicNow: () => number;

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /** Requests that wait to be written, of all kinds and events. */
  get waiting(): number {
    return [...this.#writers.values()].reduce((sum, writer) => sum + writer.waiting, 0);
  }

  kind<Request, Outcome>(kind: WriteKind<Request, Outcome>): Writes<Request, Outcome> {
    const lines = new WeakMap<EventWriter, WaitingLine<Request, Outcome>>();
    const lineOf = (writer: EventWriter, eventId: string) => {
      const line = lines.get(writer) ?? new WaitingLine(kind, eventId);
      if (!lines.has(writer)) writer.serve(line);
      lines.set(writer, line);
      return line;
    };
    return {
      submit: async (eventId, request) => {
        const writer = this.#writerOf(eventId);
        return writer.submit(lineOf(writer, eventId), request);
      },
    };
  }

  #writerOf(eventId: string): EventWriter {
    const writer =
      this.#writers.get(eventId) ?? new EventWriter(this.#monotonicNow, () => this.#writers.delete(eventId));
    this.#writers.set(eventId, writer);
    return writer;
  }
}
