/** Closes what was opened, the last first, once. What fails to close does not keep the rest open; the first fault is thrown. */
export class Closing implements AsyncDisposable {
  readonly #steps: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  /** Gives back what it is handed, to be closed in its turn. */
  add<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource {
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
