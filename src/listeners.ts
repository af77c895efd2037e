/** The listeners of one kind of event. */
export class Listeners<Told> {
  readonly #entries = new Set<{ readonly listener: (told: Told) => void }>();

  /** Returns how to stop. */
  add(listener: (told: Told) => void): () => void {
    const entry = { listener };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  tell(told: Told): void {
    for (const { listener } of this.#entries) listener(told);
  }
}
