/** Nothing is remembered for an event with more. At 40 bytes each these are 8 MB. */
const MAX_KNOWN = 200_000;

/** Pause before a store that did not answer is asked again. */
const RETRY_MS = 1_000;

export interface KnownReservationsSettings {
  /** Reads the first 32 bits of the ids of all reservations of the event, at most `limit`, in no particular order. */
  readonly read: (limit: number) => Promise<Uint32Array>;
  readonly monotonicNow: () => number;
}

/**
 * Remembers which reservations an event ever had, so that a retry can be told from a new request without asking the store: those that are
 * stored when it is first asked, and those that the feed has announced since. Only a prefix of each random id is kept: one in 2^31 is
 * mistaken for another.
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

  /** Must be called for every new reservation. */
  add(reservationId: string): void {
    if (this.#state !== 'reading' && this.#state !== 'complete') return;
    this.#beginnings.add(beginningOf(reservationId));
    this.#giveUpIfTooMany();
  }

  /** Reservations may have been missed: they are read again when next needed. */
  forget(): void {
    this.#state = 'unread';
    this.#reading = undefined;
    this.#beginnings = new Set();
  }

  /** False only if the event never had the reservation. True also if it is not known. Never rejects. */
  mayHave(reservationId: string): boolean | Promise<boolean> {
    if (this.#state === 'complete') return this.#beginnings.has(beginningOf(reservationId));
    const reading = this.#state === 'reading' ? this.#reading : this.#read();
    return reading === undefined || reading.then(() => this.#state !== 'complete' || this.mayHave(reservationId));
  }

  /** Undefined if it is not read now. */
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
      // The caller asks the store, which reports the fault.
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

/** 31 bits, which V8 stores without a heap object. */
function beginningOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) >>> 1;
}
