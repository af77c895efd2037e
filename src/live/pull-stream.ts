interface PulledSettings<Value> {
  /** Returns the next value, or undefined if there is none now. Called only when a value is pulled. */
  readonly take: () => Value | undefined;
  /** Called once, at the end. */
  readonly release: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * An async iterator that creates a value only when it is pulled, so that a slow reader costs nothing but the state of `take`. Unlike with
 * an async generator, `return` ends it at once even while a `next` is pending.
 */
export class PullStream<Value> implements AsyncIterableIterator<Value, undefined> {
  readonly #settings: PulledSettings<Value>;
  readonly #waiting: ((result: IteratorResult<Value, undefined>) => void)[] = [];
  readonly #onAbort = () => this.end();
  #ended = false;

  constructor(settings: PulledSettings<Value>) {
    this.#settings = settings;
    settings.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (settings.signal?.aborted) this.end();
  }

  /** There may be a new value. */
  wake(): void {
    while (this.#waiting.length > 0) {
      const value = this.#settings.take();
      if (value === undefined) return;
      this.#waiting.shift()?.({ done: false, value });
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settings.signal?.removeEventListener('abort', this.#onAbort);
    this.#settings.release();
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<Value, undefined>> {
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.wake();
    });
  }

  return(): Promise<IteratorResult<Value, undefined>> {
    this.end();
    return this.next();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
