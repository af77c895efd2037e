import type { SeatHolder } from '../../domain/seat.ts';
import type { Gate, GateAnswer, SeatClaim } from '../coordination.ts';
import { claimMs, LEASE_MS, reservationKeyMs } from '../lease.ts';
import type { Party } from '../party.ts';
import type { ReservationKeys } from './expiry.ts';
import { TtlMap } from './ttl-map.ts';
import { Turns } from './turns.ts';

/** The claims of one node. Values are reservation ids. */
export class InProcessGate implements Gate {
  readonly #claims: TtlMap<string>;
  readonly #turns: Turns;
  readonly #reservationKeys: ReservationKeys;
  readonly #leaseMs: number;

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number, reservationKeys: ReservationKeys, leaseMs = LEASE_MS) {
    this.#claims = new TtlMap(now);
    this.#turns = new Turns(now);
    this.#reservationKeys = reservationKeys;
    this.#leaseMs = leaseMs;
  }

  async acquire(claim: SeatClaim): Promise<GateAnswer> {
    const { eventId, reservationId, seatIndexes } = claim;
    const refused = seatIndexes.filter((index) => {
      const holder = this.#claims.get(seatKey(eventId, index));
      return holder !== undefined && holder !== reservationId;
    });
    if (refused.length > 0) return { answer: 'refused', seatIndexes: refused };
    const retryAfterMs = Math.ceil(this.#turns.leftToOthersMs(claim));
    if (retryAfterMs > 0) return { answer: 'left-to-others', retryAfterMs };

    for (const index of seatIndexes) this.#lease(seatKey(eventId, index), reservationId);
    return { answer: 'taken' };
  }

  async confirm(claim: SeatClaim, remainingMs: number): Promise<Party | null> {
    for (const key of this.#ownSeatKeys(claim)) this.#claims.set(key, claim.reservationId, claimMs(remainingMs));
    this.#reservationKeys.set(claim, reservationKeyMs(remainingMs));
    return this.#turns.begin(claim, reservationKeyMs(remainingMs));
  }

  async release(claim: SeatClaim, reservationEnded: boolean): Promise<Party | null> {
    for (const key of this.#ownSeatKeys(claim)) this.#claims.delete(key);
    if (reservationEnded) this.#reservationKeys.delete(claim);
    return this.#turns.end(claim, reservationEnded);
  }

  async restore(eventId: string, holders: readonly SeatHolder[]): Promise<void> {
    for (const { seatIndex, holder, remainingMs } of holders) {
      const key = seatKey(eventId, seatIndex);
      if (this.#claims.get(key) !== undefined) continue;
      this.#claims.set(key, holder, Math.min(claimMs(remainingMs), this.#leaseMs));
    }
  }

  /** Never shortens a claim: a retry must not reduce a confirmed one to a lease. */
  #lease(key: string, reservationId: string): void {
    if (this.#claims.remainingMs(key) < this.#leaseMs) this.#claims.set(key, reservationId, this.#leaseMs);
  }

  #ownSeatKeys({ eventId, reservationId, seatIndexes }: SeatClaim): string[] {
    return seatIndexes.map((index) => seatKey(eventId, index)).filter((key) => this.#claims.get(key) === reservationId);
  }
}

function seatKey(eventId: string, seatIndex: number): string {
  return `${eventId}:${seatIndex}`;
}
