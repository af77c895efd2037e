/** Of an event with more, nothing is known: at 40 bytes each these are 8 MB. */
const MAX_KNOWN = 200_000;

/** Until a store that did not answer is asked again. */
const RETRY_MS = 1_000;

export interface KnownReservationsSettings {
  /** The first 32 bits of the id of each reservation that the event ever had, in no order; of `limit` of them at most. */
  readonly read: (limit: number) => Promise<Uint32Array>;
  readonly monotonicNow: () => number;
}

/**
 * Which reservations one event ever had, so that a retry of one can be told from what is new without asking the store: those that
 * were there when it was first wanted to know, and those that the feed has told of since. By the beginnings of their ids, which are
 * random: one in 2^31 is taken for another.
 */
export class KnownReservations {
  readonly #settings: KnownReservationsSettings;
  #beginnings = new Set<number>();
  #state: 'unread' | 'reading' | 'complete' | 'too many' = 'unread';
  #reading: Promise<void> | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(settings: KnownReservationsSettings) {
    this.#settings = settings;
  }

  /** Every reservation that is made must come by here. */
  add(reservationId: string): void {
    if (this.#state !== 'reading' && this.#state !== 'complete') return;
    this.#beginnings.add(beginningOf(reservationId));
    this.#giveUpIfTooMany();
  }

  /** Some may have been made that did not come by: what the store has is read again when it is next wanted. */
  forget(): void {
    this.#state = 'unread';
    this.#reading = undefined;
    this.#beginnings = new Set();
  }

  /** False only for what the event never had. True when that cannot be known. Never rejects. */
  mayHave(reservationId: string): boolean | Promise<boolean> {
    if (this.#state === 'complete') return this.#beginnings.has(beginningOf(reservationId));
    const reading = this.#state === 'reading' ? this.#reading : this.#read();
    return reading === undefined || reading.then(() => this.#state !== 'complete' || this.mayHave(reservationId));
  }

  /** Undefined when there is nothing to wait for. */
  #read(): Promise<void> | undefined {
    if (this.#state === 'too many' || this.#settings.monotonicNow() < this.#notBefore) return undefined;
    this.#state = 'reading';
    this.#reading = this.#readInto(this.#beginnings);
    return this.#reading;
  }

  async #readInto(beginnings: Set<number>): Promise<void> {
    try {
      const ids = await this.#settings.read(MAX_KNOWN + 1);
      if (beginnings !== this.#beginnings) return;
      this.#state = 'complete';
      for (const bits of ids) beginnings.add(bits >>> 1);
      this.#giveUpIfTooMany(ids.length);
    } catch {
      // Who asked goes to the store, and hears from it what is wrong.
      this.#notBefore = this.#settings.monotonicNow() + RETRY_MS;
      if (beginnings === this.#beginnings) this.forget();
    }
  }

  #giveUpIfTooMany(count = this.#beginnings.size): void {
    if (count <= MAX_KNOWN) return;
    this.forget();
    this.#state = 'too many';
  }
}

/** 31 bits, which V8 keeps without an object of their own. */
function beginningOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) >>> 1;
}
