import { QueueFull } from './queue-full.ts';
import type { Batch, WaitingLine } from './waiting-line.ts';

/** Writes of one event that are under way at once: while the store commits one, the next is on its way. */
const MAX_UNDER_WAY = 2;
/** Requests of one kind that may wait for one event. */
const MAX_WAITING = 20_000;

/** A waiting line, of whatever kind. */
type Line = Pick<WaitingLine<unknown, unknown>, 'length' | 'takeBatch'>;

/** Writes what waits for one event, the kinds by turns, a batch each. */
export class EventWriter {
  readonly #onIdle: () => void;
  /** The one whose turn it is stands first. */
  readonly #lines: Line[] = [];
  readonly #claimed = new Set<string>();
  #underWay = 0;
  #woken = false;

  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  /** Gives one more kind its turns. */
  serve(line: Line): void {
    this.#lines.push(line);
  }

  submit<Request, Outcome>(line: WaitingLine<Request, Outcome>, request: Request): Promise<Outcome> {
    if (line.length >= MAX_WAITING) return Promise.reject(new QueueFull('too many requests wait for the event'));
    this.#wake();
    return line.push(request);
  }

  /** Not at once but at the end of this turn of the event loop, as what arrives together goes out together. */
  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      this.#writeOn();
    });
  }

  #writeOn(): void {
    while (this.#underWay < MAX_UNDER_WAY) {
      const batch = this.#nextBatch();
      if (batch === null) break;
      void this.#write(batch);
    }
    if (this.#underWay === 0) this.#onIdle();
  }

  #nextBatch(): Batch | null {
    for (const line of [...this.#lines]) {
      this.#lines.push(...this.#lines.splice(0, 1));
      const batch = line.takeBatch(this.#claimed);
      if (batch !== null) return batch;
    }
    return null;
  }

  async #write({ claims, write }: Batch): Promise<void> {
    this.#underWay += 1;
    for (const claim of claims) this.#claimed.add(claim);
    await write();
    for (const claim of claims) this.#claimed.delete(claim);
    this.#underWay -= 1;
    this.#wake();
  }
}
