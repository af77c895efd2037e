/** Numbers from a seed: the same each time (Mulberry32). */
export class Random {
  #at: number;

  constructor(seed: number) {
    this.#at = seed | 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#at = (this.#at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#at ^ (this.#at >>> 15), 1 | this.#at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, place: this.next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }

  /** Of its own, so that how often one draws does not change what another is given. */
  fork(): Random {
    return new Random(this.below(2 ** 31));
  }
}
