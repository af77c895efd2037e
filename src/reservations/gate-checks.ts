import { LRUCache } from 'lru-cache';

/** How long the gate's word on one seat is believed before the store is asked again. */
const BELIEVED_MS = 200;
/** Checks under way at once: what they cost the store has a bound, however many seats are sold out. */
const MAX_CHECKS = 16;
/** Seats of which it is remembered that they were checked. */
const MAX_REMEMBERED = 50_000;

/**
 * Lets a request through to the store now and then although the gate says no. A mark may be left over, because Redis or a node
 * was gone at the wrong moment; without this, it would keep a free seat from everybody for as long as it stands.
 */
export class GateChecks {
  readonly #checked = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: BELIEVED_MS, ttlResolution: 0 });
  #underWay = 0;

  /** Whether one of the seats that the gate refuses should be asked of the store. Then `run` is to follow at once. */
  areDue(eventId: string, refused: readonly number[]): boolean {
    return this.#underWay < MAX_CHECKS && refused.some((index) => !this.#checked.has(`${eventId}:${index}`));
  }

  async run<Outcome>(eventId: string, refused: readonly number[], work: () => Promise<Outcome>): Promise<Outcome> {
    for (const index of refused) this.#checked.set(`${eventId}:${index}`, true);
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }
}
