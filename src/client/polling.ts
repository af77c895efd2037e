import { type Backoff, backoffMs } from './retry.ts';

export interface PollingOptions<Data> {
  /** Null if there is no such object. */
  readonly ask: (signal: AbortSignal) => Promise<Data | null>;
  /** Pauses after faults, which get longer each time. */
  readonly waits: Backoff;
  readonly random?: (() => number) | undefined;
}

interface PollingHandlers<Data> {
  onAnswer(data: Data | null): void;
  onFault(): void;
}

/** Polls, with a pause before the first request, because most connections are back by then. A hidden page does not poll. */
export class Polling<Data> {
  readonly #options: PollingOptions<Data>;
  readonly #handlers: PollingHandlers<Data>;
  #failures = 0;
  #isAnswered = false;
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PollingOptions<Data>, handlers: PollingHandlers<Data>) {
    this.#options = options;
    this.#handlers = handlers;
  }

  /** Whether the last request was answered. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  start(): void {
    if (this.#running !== null) return;
    this.#running = new AbortController();
    this.#wait(this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#isAnswered = false;
  }

  #wait(signal: AbortSignal): void {
    const { waits, random = Math.random } = this.#options;
    const waitMs = backoffMs(waits, this.#failures + 1, random);
    this.#timer = setTimeout(() => (isHidden() ? this.#wait(signal) : void this.#ask(signal)), waitMs);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const answer = await this.#options.ask(signal).then(
      (data) => ({ data }),
      () => null,
    );
    if (signal.aborted) return;
    this.#isAnswered = answer !== null;
    this.#failures = answer === null ? this.#failures + 1 : 0;
    this.#wait(signal);
    if (answer === null) this.#handlers.onFault();
    else this.#handlers.onAnswer(answer.data);
  }
}

function isHidden(): boolean {
  const { document } = globalThis as { readonly document?: { readonly visibilityState?: string } };
  return document?.visibilityState === 'hidden';
}
