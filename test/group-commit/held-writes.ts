import { setImmediate as turn } from 'node:timers/promises';
import { waitFor } from '../support/wait-for.ts';

/** A write in flight that the test completes. */
export interface HeldWrite {
  readonly kind: string;
  readonly eventId: string;
  readonly requests: readonly string[];
  /** Answers every request with its text in capitals. */
  finish(): void;
  fail(error: Error): void;
}

/** Mock of the store, whose writes end one by one. */
export class HeldWrites {
  /** In the order of their beginnings. */
  readonly inFlight: HeldWrite[] = [];
  /** All writes so far. */
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

  /** The first write in flight, or else the next that begins. */
  async next(): Promise<HeldWrite> {
    await waitFor(() => this.inFlight.length > 0, { withinMs: 10_000, what: 'a write to begin' });
    return this.inFlight[0] as HeldWrite;
  }

  /** Completes writes until no new one begins for some turns of the event loop. */
  async finishAll(): Promise<void> {
    for (let idle = 0; idle < 5; idle++) {
      await turn();
      if (this.inFlight.length > 0) idle = 0;
      for (const held of [...this.inFlight]) held.finish();
    }
  }
}
