import { setImmediate as turn } from 'node:timers/promises';
import { waitFor } from '../support/wait-for.ts';

/** A write that has begun, and goes on when the test says so. */
export interface HeldWrite {
  readonly kind: string;
  readonly eventId: string;
  readonly requests: readonly string[];
  /** Answers every request with itself in capitals. */
  finish(): void;
  fail(error: Error): void;
}

/** Stands in for the store: writes begin, and end one by one. */
export class HeldWrites {
  /** In the order in which they began, without those that have ended. */
  readonly inFlight: HeldWrite[] = [];
  /** Every write that began. */
  readonly begun: HeldWrite[] = [];

  write(kind: string) {
    return (eventId: string, requests: readonly string[]) =>
      new Promise<readonly string[]>((resolve, reject) => {
        const end = (settle: () => void) => () => {
          this.inFlight.splice(this.inFlight.indexOf(held), 1);
          settle();
        };
        const held: HeldWrite = {
          ...{ kind, eventId, requests },
          finish: end(() => resolve(requests.map((request) => request.toUpperCase()))),
          fail: (error) => end(() => reject(error))(),
        };
        this.inFlight.push(held);
        this.begun.push(held);
      });
  }

  /** The next write that begins, or the first that is in flight. */
  async next(): Promise<HeldWrite> {
    await waitFor(() => this.inFlight.length > 0, { withinMs: 10_000, what: 'a write to begin' });
    return this.inFlight[0] as HeldWrite;
  }

  /** Ends writes as they begin until none has begun for some turns of the event loop. */
  async finishAll(): Promise<void> {
    for (let idle = 0; idle < 5; idle++) {
      await turn();
      if (this.inFlight.length > 0) idle = 0;
      for (const held of [...this.inFlight]) held.finish();
    }
  }
}
