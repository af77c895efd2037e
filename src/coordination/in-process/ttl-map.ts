/** How many entries each write looks at for lapsed ones: more than it adds, so that what has lapsed cannot pile up. */
const CLEANED_PER_WRITE = 4;

interface Entry<Value> {
  readonly value: Value;
  readonly endsAtMs: number;
}

/** A map whose entries lapse by themselves, as keys with a TTL do in Redis: at a touch, or when a clean-up finds them. */
export class TtlMap<Value> {
  readonly #now: () => number;
  readonly #onLapse: (value: Value) => void;
  readonly #entries = new Map<string, Entry<Value>>();
  #unchecked: Iterator<[string, Entry<Value>]> = this.#entries.entries();

  /** `now` gives monotonic milliseconds; `onLapse` is told of each entry whose time ran out, not of those removed. */
  constructor(now: () => number, onLapse: (value: Value) => void = () => {}) {
    this.#now = now;
    this.#onLapse = onLapse;
  }

  /** How many entries are kept, lapsed ones that nobody has touched since included. */
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

  /** For `remainingMs` from now; 0 or less keeps nothing, and takes away what was there. */
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
