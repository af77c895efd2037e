/** Lets so many go at once; the others wait, in order. */
export class Turns {
  #free: number;
  readonly #going = new Set<string>();
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Resolves when it is the id's turn, which lasts until `release`. */
  async take(id: string): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    this.#going.add(id);
  }

  /** Does nothing for an id that has no turn. */
  release(id: string): void {
    if (!this.#going.delete(id)) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
