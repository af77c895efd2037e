/** Stands for a message's sequence number while an operation is executed for many: no other number comes near it. */
export const SEQUENCE_MARK = 2_147_480_001;

/** In a payload no string has a colon before it, so that this is a field's value. */
const MARKED = `:${SEQUENCE_MARK}`;

/** The JSON text of a result, but for the sequence number, which each subscription counts by itself. */
export class Payload {
  readonly #parts: readonly string[];

  constructor(result: object) {
    this.#parts = JSON.stringify(result).split(MARKED);
  }

  text(sequence: number): string {
    const [first = ''] = this.#parts;
    return this.#parts.length === 1 ? first : this.#parts.join(`:${sequence}`);
  }
}
