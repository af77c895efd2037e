/** Entries that each write checks for expiry: more than it adds, so that expired ones cannot pile up. */
const CLEANED_PER_WRITE = 4;

interface Entry<Value> {
  readonly value: Value;
  readonly endsAtMs: number;
}

/** A map whose entries expire as keys with a TTL do in Redis: when they are accessed, or when a clean-up finds them. */
export class TtlMap<Value> {
  readonly #now: () => number;
  readonly #onLapse: (value: Value) => void;
  readonly #entries = new Map<string, Entry<Value>>();
  #unchecked: Iterator<[string, Entry<Value>]> = this.#entries.entries();

  /** `now` gives monotonic milliseconds. `onLapse` is called for each entry that expires, not for those that are deleted. */
  constructor(now: () => number, onLapse: (value: Value) => void = () => {}) {
    this.#now = now;
    this.#onLapse = onLapse;
  }

  /** Number of entries, including expired ones that were not accessed since. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#touch(key)?.value;
  }

  /** 0 if there is none. */
  remainingMs(key: string): number {
    const entry = this.#touch(key);
    return entry === undefined ? 0 : entry.endsAtMs - this.#now();
  }

  /** Sets an entry for `remainingMs` from now; 0 or less deletes it. */
  set(key: string, value: Value, remainingMs: number): void {
    this.#cleanSome();
    if (remainingMs > 0) this.#entries.set(key, { value, endsAtMs: this.#now() + remainingMs });
    else this.#entries.delete(key);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #touch(key: string): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.endsAtMs > this.#now()) return entry;
    this.#entries.delete(key);
    this.#onLapse(entry.value);
    return undefined;
  }

  #cleanSome(): void {
    for (let looked = 0; looked < CLEANED_PER_WRITE; looked += 1) {
      const next = this.#unchecked.next();
      if (next.done) {
        this.#unchecked = this.#entries.entries();
        return;
      }
      this.#touch(next.value[0]);
    }
  }
}
