interface Beating {
  keepAlive(): void;
}

/** Longest interval of one connection's beats. Proxies commonly close connections that are idle for a minute. */
const longestPeriodMs = 12_000;
/** Number of groups, whose beats are spread over the period. */
const parts = 12;

/** Keeps connections alive with one timer. A timer per connection would take 230 bytes each. */
export class Heartbeat implements Disposable {
  readonly #parts = Array.from({ length: parts }, () => new Set<Beating>());
  readonly #timer: NodeJS.Timeout;
  #added = 0;
  #beats = 0;

  /** @param stallMs time after which a stalled connection is closed: several beats come before */
  constructor(stallMs: number) {
    this.#timer = setInterval(() => this.#beat(), Math.min(longestPeriodMs, stallMs / 4) / parts);
  }

  add(connection: Beating): void {
    this.#parts[this.#added++ % parts]?.add(connection);
  }

  delete(connection: Beating): void {
    for (const part of this.#parts) if (part.delete(connection)) return;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const connection of this.#parts[this.#beats++ % parts] ?? []) connection.keepAlive();
  }
}
