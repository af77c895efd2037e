/** What subscribers are to be told, which is executed when the first of them can take it. */
export class Update {
  /** Another one for each state of what is told: two updates of one version lead to the same. */
  readonly version: number;
  /** That of the event which it leads to; null for what has none. */
  readonly revision: number | null;
  readonly #execute: () => object;
  readonly #keptMs: number | undefined;
  #payload: Buffer | undefined;

  /** @param keptMs how long it is kept for those who come later; undefined where the owner soon lets go of it */
  constructor(place: { version: number; revision?: number }, execute: () => object, keptMs?: number) {
    this.version = place.version;
    this.revision = place.revision ?? null;
    this.#execute = execute;
    this.#keptMs = keptMs;
  }

  /** Whether somebody had it executed. */
  get isMade(): boolean {
    return this.#payload !== undefined;
  }

  /** The result as JSON in UTF-8, not to be changed: the same for all. */
  payload(): Buffer {
    if (this.#payload !== undefined) return this.#payload;
    this.#payload = Buffer.from(JSON.stringify(this.#execute()));
    if (this.#keptMs !== undefined) setTimeout(() => this.#forget(), this.#keptMs).unref();
    return this.#payload;
  }

  #forget(): void {
    this.#payload = undefined;
  }
}
