/** What waits for the event will not be written in reasonable time. The request was not sent, and nothing was changed. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
  /** When it is worth trying again. */
  readonly retryAfterMs: number;

  constructor(message: string, { retryAfterMs }: { readonly retryAfterMs: number }) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
