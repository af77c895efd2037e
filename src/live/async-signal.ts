/** `setTimeout` takes no more. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** What a loop waits on: it is woken by others, by time, or for good. A wake between two waits is not lost. */
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

  /** The wait that is under way, and all later ones, are over at once. */
  end(): void {
    this.#ended = true;
    this.#resolve();
  }

  /** Forgets wakes so far: what they told of is about to be looked at. */
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
