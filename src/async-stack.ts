/**
 * Like the `AsyncDisposableStack` of ECMAScript, which Node 20 does not have: disposes of resources once, the last one first. If one
 * fails, the others are disposed of nevertheless, and the first error is thrown.
 */
export class AsyncStack implements AsyncDisposable {
  readonly #steps: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  /** Adds a resource, and returns it. */
  use<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource {
    this.#steps.push(() =>
      Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : resource[Symbol.dispose](),
    );
    return resource;
  }

  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const faults: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}
