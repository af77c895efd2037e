import { LRUCache } from 'lru-cache';

/** How long the gate is trusted about one seat before the store is asked again. */
const BELIEVED_MS = 200;
/** Bounds what the checks cost the store, however many seats are sold out. */
const MAX_IN_FLIGHT = 16;
/** Seats whose last check is remembered. */
const MAX_REMEMBERED = 50_000;

/**
 * Lets a request through to the store now and then although the gate refuses it. A claim may be stale, because Redis or a node failed at
 * the wrong moment; without this, it would keep a free seat from everybody until it expires.
 */
export class StaleClaimSampler {
  readonly #checked = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: BELIEVED_MS, ttlResolution: 0 });
  #inFlight = 0;

  /** Whether the store should be asked about one of the refused seats. If so, the caller must call `run` at once. */
  isDue(eventId: string, refused: readonly number[]): boolean {
    return this.#inFlight < MAX_IN_FLIGHT && refused.some((index) => !this.#checked.has(`${eventId}:${index}`));
  }

  async run<Outcome>(eventId: string, refused: readonly number[], work: () => Promise<Outcome>): Promise<Outcome> {
    for (const index of refused) this.#checked.set(`${eventId}:${index}`, true);
    this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
    }
  }
}
