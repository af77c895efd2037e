/** One subscriber's membership of a shared subscription: an iterator without values, which ends. */
export class Membership implements AsyncIterableIterator<never, undefined> {
  #release: (() => void) | undefined;
  #resolve: ((result: IteratorReturnResult<undefined>) => void) | undefined;

  /** @param release called once, at the end */
  constructor(release: () => void) {
    this.#release = release;
  }

  end(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
    this.#resolve?.({ done: true, value: undefined });
  }

  /** Resolves at the end. To be called once. */
  next(): Promise<IteratorReturnResult<undefined>> {
    return new Promise((resolve) => {
      if (this.#release === undefined) resolve({ done: true, value: undefined });
      else this.#resolve = resolve;
    });
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
