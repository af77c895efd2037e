/** Listeners of a store. The first one starts its source, the last one stops it. */
export class Listeners {
  readonly #listeners = new Set<() => void>();
  readonly #start: () => () => void;
  #stop: (() => void) | undefined;

  constructor(start: () => () => void) {
    this.#start = start;
  }

  /** Returns how to stop listening. */
  add(listener: () => void): () => void {
    // A new object, so that one function may be added twice.
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
    for (const listener of [...this.#listeners]) callIsolated(listener);
  }
}

/** Errors of an app's listener are reported as uncaught, and do not affect others. */
function callIsolated(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
