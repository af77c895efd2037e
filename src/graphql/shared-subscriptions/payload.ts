/** Stands for a message's sequence number while an operation is executed for many: no other number comes near it. */
export const SEQUENCE_MARK = 2_147_480_001;

/** In a payload no string has a colon before it, so that this is a field's value. */
const MARKED = `:${SEQUENCE_MARK}`;

/** The JSON text of a result, but for the sequence number, which each subscription counts by itself. */
export class Payload {
  /** In characters, nearly all of which take a byte. */
  readonly length: number;
  readonly #parts: readonly string[];
  #sequence: number | undefined;
  #bytes = Buffer.alloc(0);

  constructor(result: object) {
    const text = JSON.stringify(result);
    this.length = text.length;
    this.#parts = text.split(MARKED);
  }

  /** In UTF-8, not to be changed. Made once for all who count alike, as nearly all do who never fell behind. */
  bytes(sequence: number): Buffer {
    if (sequence !== this.#sequence) {
      this.#sequence = sequence;
      this.#bytes = Buffer.from(this.#parts.join(`:${sequence}`));
    }
    return this.#bytes;
  }
}

/** What subscribers are to be told, which is executed when the first of them can take it. */
export class Update {
  /** Another one for each that says something else. */
  readonly version: number;
  readonly #execute: () => object;
  readonly #keptMs: number | undefined;
  #payload: Payload | undefined;

  /** @param keptMs how long it is kept for those who come later; undefined where the owner soon lets go of it */
  constructor(version: number, execute: () => object, keptMs?: number) {
    this.version = version;
    this.#execute = execute;
    this.#keptMs = keptMs;
  }

  /** Whether somebody had it executed. */
  get isMade(): boolean {
    return this.#payload !== undefined;
  }

  payload(): Payload {
    if (this.#payload !== undefined) return this.#payload;
    this.#payload = new Payload(this.#execute());
    if (this.#keptMs !== undefined) setTimeout(() => this.#forget(), this.#keptMs).unref();
    return this.#payload;
  }

  #forget(): void {
    this.#payload = undefined;
  }
}
