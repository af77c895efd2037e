import type { Gate, GateAnswer, SeatClaim, SeatHolder } from '../coordination.ts';
import { LEASE_MS, markMs, reservationKeyMs } from '../lease.ts';
import type { ReservationKeys } from './expiry.ts';
import { LapsingMap } from './lapsing-map.ts';

/** The marks of one node. Values are the holders. */
export class InProcessGate implements Gate {
  readonly #marks: LapsingMap<string>;
  readonly #reservationKeys: ReservationKeys;
  readonly #leaseMs: number;

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number, reservationKeys: ReservationKeys, leaseMs = LEASE_MS) {
    this.#marks = new LapsingMap(now);
    this.#reservationKeys = reservationKeys;
    this.#leaseMs = leaseMs;
  }

  async take({ eventId, reservationId, seatIndexes }: SeatClaim): Promise<GateAnswer> {
    const refused = seatIndexes.filter((index) => {
      const holder = this.#marks.get(seatKey(eventId, index));
      return holder !== undefined && holder !== reservationId;
    });
    if (refused.length > 0) return { answer: 'refused', seatIndexes: refused };

    for (const index of seatIndexes) this.#lease(seatKey(eventId, index), reservationId);
    return { answer: 'taken' };
  }

  async hold(claim: SeatClaim, remainingMs: number): Promise<void> {
    for (const key of this.#ownSeatKeys(claim)) this.#marks.set(key, claim.reservationId, markMs(remainingMs));
    this.#reservationKeys.set(claim, reservationKeyMs(remainingMs));
  }

  async release(claim: SeatClaim, reservationEnded: boolean): Promise<void> {
    for (const key of this.#ownSeatKeys(claim)) this.#marks.delete(key);
    if (reservationEnded) this.#reservationKeys.delete(claim);
  }

  async correct(eventId: string, holders: readonly SeatHolder[]): Promise<void> {
    for (const { seatIndex, holder, remainingMs } of holders) {
      const key = seatKey(eventId, seatIndex);
      if (this.#marks.get(key) !== undefined) continue;
      this.#marks.set(key, holder, Math.min(markMs(remainingMs), this.#leaseMs));
    }
  }

  /** Never shortens what stands: a retry of a claim must not take a held seat back to a lease. */
  #lease(key: string, reservationId: string): void {
    if (this.#marks.remainingMs(key) < this.#leaseMs) this.#marks.set(key, reservationId, this.#leaseMs);
  }

  #ownSeatKeys({ eventId, reservationId, seatIndexes }: SeatClaim): string[] {
    return seatIndexes.map((index) => seatKey(eventId, index)).filter((key) => this.#marks.get(key) === reservationId);
  }
}

function seatKey(eventId: string, seatIndex: number): string {
  return `${eventId}:${seatIndex}`;
}
