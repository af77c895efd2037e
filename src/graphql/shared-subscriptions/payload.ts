/** Stands for a message's sequence number while an operation is executed for many: no other number comes near it. */
export const SEQUENCE_MARK = 2_147_480_001;

/** In a payload no string has a colon before it, so that this is a field's value. */
const MARKED = `:${SEQUENCE_MARK}`;

/** The JSON text of a result, but for the sequence number, which each subscription counts by itself. */
export class Payload {
  readonly #parts: readonly string[];
  #sequence: number | undefined;
  #bytes = Buffer.alloc(0);

  constructor(result: object) {
    this.#parts = JSON.stringify(result).split(MARKED);
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
