/** Those who are told that something changed. The first one starts what changes it, the last one stops it. */
export class Listeners {
  readonly #listeners = new Set<() => void>();
  readonly #start: () => () => void;
  #stop: (() => void) | undefined;

  constructor(start: () => () => void) {
    this.#start = start;
  }

  /** Returns how to be told no more. */
  add(listener: () => void): () => void {
    // Of its own, so that one function may be added twice.
    const entry = () => listener();
    this.#listeners.add(entry);
    if (this.#listeners.size === 1) this.#stop = this.#start();
    return () => {
      if (!this.#listeners.delete(entry) || this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  tell(): void {
    for (const listener of [...this.#listeners]) apart(listener);
  }
}

/** What an app's function throws is reported as uncaught, and ends nothing here. */
function apart(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
