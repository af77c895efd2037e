import type { HeldSeats, SeatClaim } from '../coordination.ts';
import { LEASE_MS, reservationKeyMs } from '../lease.ts';
import { addressOf } from '../party.ts';
import { TtlMap } from './ttl-map.ts';

/** The seats of one address by name, with the time until which each counts. */
type Seats = Map<string, number>;

/** Counts for one node. */
export class InProcessHeldSeats implements HeldSeats {
  readonly #now: () => number;
  readonly #maxPerAddress: number;
  readonly #addresses: TtlMap<Seats>;

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number, maxPerAddress: number) {
    this.#now = now;
    this.#maxPerAddress = maxPerAddress;
    this.#addresses = new TtlMap(now);
  }

  async acquire(claim: SeatClaim): Promise<boolean> {
    const address = addressOf(claim.party);
    if (address === null) return true;
    const seats = this.#seatsOf(address);
    const fresh = namesOf(claim).filter((name) => !seats.has(name));
    if (seats.size + fresh.length > this.#maxPerAddress) return false;
    this.#count(address, seats, fresh, LEASE_MS);
    return true;
  }

  async confirm(claim: SeatClaim, remainingMs: number): Promise<void> {
    const address = addressOf(claim.party);
    if (address !== null) this.#count(address, this.#seatsOf(address), namesOf(claim), reservationKeyMs(remainingMs));
  }

  async release(claim: SeatClaim): Promise<void> {
    const address = addressOf(claim.party);
    if (address === null) return;
    const seats = this.#addresses.get(address);
    for (const name of namesOf(claim)) seats?.delete(name);
  }

  #seatsOf(address: string): Seats {
    const seats = this.#addresses.get(address) ?? new Map<string, number>();
    for (const [name, endsAtMs] of seats) if (endsAtMs <= this.#now()) seats.delete(name);
    return seats;
  }

  #count(address: string, seats: Seats, names: readonly string[], leftMs: number): void {
    for (const name of names) seats.set(name, this.#now() + leftMs);
    this.#addresses.set(address, seats, Math.max(leftMs, this.#addresses.remainingMs(address)));
  }
}

function namesOf({ eventId, reservationId, seatIndexes }: SeatClaim): string[] {
  return seatIndexes.map((index) => `${eventId} ${reservationId} ${index}`);
}
