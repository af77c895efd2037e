import type { SeatClaim } from '../coordination.ts';
import { type Party, REST_MS, TURNS_REMEMBERED_MS } from '../party.ts';
import { TtlMap } from './ttl-map.ts';

interface Turn {
  readonly times: number;
  /** The last reservation, and when it ended or will end. */
  readonly reservationId: string;
  readonly overAtMs: number;
}

/** Counts how often parties had seats: a party that has released a seat again and again must leave it to others for a while. */
export class Turns {
  readonly #now: () => number;
  readonly #turns: TtlMap<Turn>;
  /** By reservation, while it runs. */
  readonly #parties: TtlMap<Party>;

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#turns = new TtlMap(now);
    this.#parties = new TtlMap(now);
  }

  /** How long the party must leave one of the claim's seats to others; 0 if it need not. */
  leftToOthersMs(claim: SeatClaim): number {
    const rests = claim.seatIndexes.map((index) => {
      const turn = this.#turns.get(turnKey(claim, claim.party, index));
      if (turn === undefined || turn.reservationId === claim.reservationId) return 0;
      const restMs = REST_MS[Math.min(turn.times, REST_MS.length) - 1] ?? 0;
      return Math.min(turn.overAtMs + restMs - this.#now(), restMs);
    });
    return Math.max(0, ...rests);
  }

  /** The reservation runs for `leftMs` from now. Returns its party, which is stored by the first call. */
  begin(claim: SeatClaim, leftMs: number): Party | null {
    const { eventId, reservationId, seatIndexes } = claim;
    const party = claim.party ?? this.#parties.get(`${eventId}:${reservationId}`) ?? null;
    if (party === null) return null;
    this.#parties.set(`${eventId}:${reservationId}`, party, leftMs);
    for (const index of seatIndexes) {
      const key = turnKey(claim, party, index);
      const last = this.#turns.get(key);
      const times = last?.reservationId === reservationId ? last.times : (last?.times ?? 0) + 1;
      const turn = { times, reservationId, overAtMs: this.#now() + leftMs };
      this.#turns.set(key, turn, leftMs + TURNS_REMEMBERED_MS);
    }
    return party;
  }

  /** The claim's seats are released. Returns the reservation's party. */
  end(claim: SeatClaim, reservationEnded: boolean): Party | null {
    const { eventId, reservationId, seatIndexes } = claim;
    const party = this.#parties.get(`${eventId}:${reservationId}`) ?? null;
    for (const index of seatIndexes) {
      const key = turnKey(claim, party, index);
      const turn = this.#turns.get(key);
      if (turn?.reservationId !== reservationId) continue;
      this.#turns.set(key, { ...turn, overAtMs: this.#now() }, TURNS_REMEMBERED_MS);
    }
    if (reservationEnded) this.#parties.delete(`${eventId}:${reservationId}`);
    return party;
  }
}

function turnKey({ eventId }: SeatClaim, party: Party | null | undefined, seatIndex: number): string {
  return `${eventId}:${seatIndex}:${party ?? ''}`;
}
