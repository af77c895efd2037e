import { MovingAverage } from './moving-average.ts';
import { QueueFull } from './queue-full.ts';
import type { Batch, WaitingLine } from './waiting-line.ts';

/** Writes of one event that are under way at once: while the store commits one, the next is on its way. */
const MAX_UNDER_WAY = 2;
/** Requests of one kind that may wait for one event, however fast it is written to. */
const MAX_WAITING = 20_000;
/** What would have to wait for longer is refused at once. */
const MAX_EXPECTED_WAIT_MS = 2_000;
/** What has waited for longer, against expectation, is refused too. */
const MAX_WAIT_MS = 3_000;
/** When all writes under way have taken this long, there is no telling when they will end. */
const HUNG_MS = 1_000;
/** Of one write, until there were some. */
const FIRST_GUESS_MS = 20;
const RETRY_AFTER_MS = { least: 1_000, most: 10_000 };

/** A waiting line, of whatever kind. */
type Line = Omit<WaitingLine<unknown, unknown>, 'push'>;

/** Writes what waits for one event, the kinds by turns, a batch each. Nobody waits for long. */
export class EventWriter {
  readonly #monotonicNow: () => number;
  readonly #onIdle: () => void;
  /** The one whose turn it is stands first. */
  readonly #lines: Line[] = [];
  readonly #claimed = new Set<string>();
  /** When the writes under way began, in that order. */
  readonly #underWay: number[] = [];
  readonly #writeMs = new MovingAverage(FIRST_GUESS_MS);
  #woken = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(monotonicNow: () => number, onIdle: () => void) {
    this.#monotonicNow = monotonicNow;
    this.#onIdle = onIdle;
  }

  get waiting(): number {
    return this.#lines.reduce((sum, { length }) => sum + length, 0);
  }

  /** Gives one more kind its turns. */
  serve(line: Line): void {
    this.#lines.push(line);
  }

  submit<Request, Outcome>(line: WaitingLine<Request, Outcome>, request: Request): Promise<Outcome> {
    const expectedMs = this.#expectedWaitMs(line);
    const isHung = this.#hungMs() > HUNG_MS;
    if (isHung || expectedMs > MAX_EXPECTED_WAIT_MS || line.length >= MAX_WAITING) {
      return Promise.reject(this.#full(line));
    }
    const outcome = line.push(request, this.#monotonicNow());
    this.#wake();
    this.#watch();
    return outcome;
  }

  /** The kinds take turns, whatever waits of the others. */
  #expectedWaitMs(line: Line): number {
    const kinds = this.#lines.filter(({ length }) => length > 0).length;
    return (line.batchesAhead * kinds * this.#writeMs.value) / MAX_UNDER_WAY;
  }

  /** How long there has been no free writer and no sign of one; 0 when there is one. */
  #hungMs(): number {
    const youngest = this.#underWay.at(-1);
    return youngest === undefined || this.#underWay.length < MAX_UNDER_WAY ? 0 : this.#monotonicNow() - youngest;
  }

  #full(line: Line): QueueFull {
    const { least, most } = RETRY_AFTER_MS;
    const backMs = Math.max(this.#expectedWaitMs(line), this.#hungMs());
    return new QueueFull('too much waits for the event', {
      retryAfterMs: Math.round(Math.min(Math.max(backMs, least), most)),
    });
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
    this.#refuseOverdue();
    while (this.#underWay.length < MAX_UNDER_WAY) {
      const batch = this.#nextBatch();
      if (batch === null) break;
      void this.#write(batch);
    }
    if (this.#underWay.length === 0) this.#onIdle();
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
    const began = this.#monotonicNow();
    this.#underWay.push(began);
    for (const claim of claims) this.#claimed.add(claim);
    await write();
    for (const claim of claims) this.#claimed.delete(claim);
    this.#underWay.splice(this.#underWay.indexOf(began), 1);
    this.#writeMs.add(this.#monotonicNow() - began);
    this.#wake();
  }

  #refuseOverdue(): void {
    const beforeMs = this.#monotonicNow() - MAX_WAIT_MS;
    for (const line of this.#lines) {
      if ((line.oldestSinceMs ?? Infinity) <= beforeMs) line.refuse(beforeMs, this.#full(line));
    }
  }

  /** Sees to it that those who wait for a store that hangs are told in time. */
  #watch(): void {
    if (this.#timer !== undefined) return;
    const oldestMs = Math.min(...this.#lines.map(({ oldestSinceMs }) => oldestSinceMs ?? Infinity));
    if (oldestMs === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#refuseOverdue();
        this.#watch();
      },
      oldestMs + MAX_WAIT_MS - this.#monotonicNow() + 1,
    ).unref();
  }
}
