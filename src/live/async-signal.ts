/** The limit of `setTimeout`. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Lets a loop wait until it is woken, until a timeout, or until it ends. A wake between two waits is not lost. */
export class AsyncSignal {
  #woken = false;
  #ended = false;
  #resolve = () => {};

  get ended(): boolean {
    return this.#ended;
  }

  wake(): void {
    this.#woken = true;
    this.#resolve();
  }

  /** Ends the current wait, and all later ones at once. */
  end(): void {
    this.#ended = true;
    this.#resolve();
  }

  /** Clears earlier wakes, because the caller is about to handle them. */
  clear(): void {
    this.#woken = false;
  }

  async wait(atMostMs: number): Promise<void> {
    if (this.#woken || this.#ended) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      timer = setTimeout(resolve, Math.min(atMostMs, LONGEST_WAIT_MS));
    });
    clearTimeout(timer);
  }
}
