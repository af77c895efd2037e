import type { Gate, HeldSeats, SeatClaim } from '../coordination/coordination.ts';
import type { Party } from '../coordination/party.ts';
import type { SeatHolder } from '../domain/seat.ts';
import type { GroupCommit } from '../group-commit/group-commit.ts';
import type { Database } from '../store/engine/database.ts';
import { type ReserveSeatsOutcome, type ReserveSeatsRequest, reserveSeats } from '../store/statements/reserve-seats.ts';
import type { RefusingLayer, Telemetry } from '../telemetry/happenings.ts';
import { uuidV5 } from '../uuid-v5.ts';
import { EarlierReservations, type SeatMaps } from './earlier-reservations.ts';
import type { PostCommit } from './post-commit.ts';
import { StaleClaimSampler } from './stale-claim-sampler.ts';

export interface ReserveRequest {
  readonly eventId: string;
  readonly viewerId: string;
  /** Seats of the event: at least one, ascending, each once. */
  readonly seatIndexes: readonly number[];
  readonly idempotencyKey: string | null;
  /** Who gets the seats. */
  readonly party: Party;
}

/** The store's outcomes, of which upper layers give some too, and refusals that only upper layers give. */
export type ReserveOutcome =
  | ReserveSeatsOutcome
  /** The party has released some of the seats again and again. */
  | { readonly outcome: 'left-to-others'; readonly retryAfterMs: number }
  /** The party's address would hold too many seats. */
  | { readonly outcome: 'too-many-seats-of-address' };

export interface ReserveDependencies {
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly gate: Gate;
  readonly heldSeats: HeldSeats;
  readonly postCommit: PostCommit;
  readonly seatMaps: SeatMaps;
  readonly newId: () => string;
  readonly maxActiveReservations: number;
  readonly telemetry: Telemetry;
}

/** The funnel of a reservation: this node's seat map, then the gate in Redis, and then the store, which alone grants seats. */
export function createReserve(dependencies: ReserveDependencies): (request: ReserveRequest) => Promise<ReserveOutcome> {
  const { database, gate, heldSeats, seatMaps, newId, telemetry } = dependencies;
  const store = storeWrites(dependencies);
  const staleClaims = new StaleClaimSampler();
  const earlier = new EarlierReservations(database, seatMaps);

  return async (request) => {
    const { eventId, seatIndexes, party } = request;
    const claim: SeatClaim = { eventId, reservationId: reservationIdOf(request, newId), seatIndexes, party };
    const known = seatsKnownTaken(request);
    if (known.length > 0) return refuse('seat map', request, claim, unavailable(known));
    // In parallel, so that there is one round trip.
    const [marked, isWithinAddress] = await Promise.all([gate.acquire(claim), heldSeats.acquire(claim)]);
    telemetry.emit('gate:answered', marked.answer);
    if (marked.answer === 'left-to-others') {
      const { retryAfterMs } = marked;
      return refuse('gate', request, claim, { outcome: 'left-to-others', retryAfterMs });
    }
    if (!isWithinAddress) {
      return refuse('address', request, claim, { outcome: 'too-many-seats-of-address' });
    }
    if (marked.answer !== 'refused') return reserveInStore(request, claim);
    const refused = marked.seatIndexes;
    if (!staleClaims.isDue(eventId, refused)) return refuse('gate', request, claim, unavailable(refused));
    return staleClaims.run(eventId, refused, () => reserveInStore(request, claim));
  };

  function seatsKnownTaken({ eventId, seatIndexes }: ReserveRequest): readonly number[] {
    const map = seatMaps.get(eventId);
    return map === undefined ? [] : seatIndexes.filter((index) => map.isTaken(index));
  }

  /** A retry of a reservation that succeeded must not be refused because of its own seats. */
  async function refuse(
    by: RefusingLayer,
    request: ReserveRequest,
    claim: SeatClaim,
    refusal: ReserveOutcome,
  ): Promise<ReserveOutcome> {
    seatMaps.prewarm(claim.eventId);
    if (request.idempotencyKey !== null && (await earlier.has(claim))) return reserveInStore(request, claim);
    telemetry.emit('mutation:refused', by);
    if (by === 'address') void gate.release(claim, false);
    else if (by === 'gate') void heldSeats.release(claim);
    return refusal;
  }

  async function reserveInStore(request: ReserveRequest, claim: SeatClaim): Promise<ReserveOutcome> {
    let outcome: ReserveOutcome | undefined;
    try {
      outcome = await store.submit(request.eventId, { ...request, reservationId: claim.reservationId });
      if (outcome.outcome === 'seats-unavailable') telemetry.emit('mutation:refused', 'store');
      return outcome;
    } finally {
      if (outcome?.outcome !== 'reserved') void releaseUnused(claim, outcome);
    }
  }

  async function releaseUnused(claim: SeatClaim, outcome: ReserveOutcome | undefined): Promise<void> {
    const seatIndexes = claim.seatIndexes.filter((index) => !isHeldBy(outcome, index));
    const rest = { ...claim, seatIndexes };
    if (seatIndexes.length > 0) await Promise.all([gate.release(rest, false), heldSeats.release(rest)]);
    if (outcome?.outcome !== 'seats-unavailable') return;
    seatMaps.prewarm(claim.eventId);
    const holders = outcome.holders.filter(isKnownToEnd);
    if (holders.length > 0) await gate.restore(claim.eventId, holders);
  }
}

const unavailable = (taken: readonly number[]): ReserveOutcome => ({
  outcome: 'seats-unavailable',
  taken,
  holders: [],
});

/** Derives reservation ids from viewers and idempotency keys. */
const intentId = uuidV5('5a7f3c0e-3c55-4d0b-9d53-6e1c9a0f7b42');

/**
 * Retries of one request get the same id, so that the gate does not refuse them because of each other's claims, on whichever nodes they
 * arrive. The separator is safe, because neither viewers' ids nor keys contain control characters.
 */
function reservationIdOf({ viewerId, idempotencyKey }: ReserveRequest, newId: () => string): string {
  return idempotencyKey === null ? newId() : intentId(`${viewerId}\n${idempotencyKey}`);
}

/** Unblocking does not reach the gate, which would continue to refuse the seat. */
function isKnownToEnd({ holder }: SeatHolder): boolean {
  return holder !== 'BLOCKED';
}

/** A retry shares its claims with the request that succeeded. */
function isHeldBy(outcome: ReserveOutcome | undefined, seatIndex: number): boolean {
  if (outcome?.outcome !== 'repeated') return false;
  const { status, seatIndexes } = outcome.reservation;
  return status === 'ACTIVE' && seatIndexes.includes(seatIndex);
}

function storeWrites({ database, groupCommit, postCommit, maxActiveReservations }: ReserveDependencies) {
  return groupCommit.register<ReserveSeatsRequest & { readonly party: Party }, ReserveSeatsOutcome>({
    conflictKeys: ({ viewerId, seatIndexes }) => [`viewer ${viewerId}`, ...seatIndexes.map((index) => `seat ${index}`)],
    write: async (eventId, requests) => {
      const outcomes = await reserveSeats(database, eventId, requests, { maxActiveReservations });
      const reserved = outcomes.flatMap((outcome, at) => {
        const party = requests[at]?.party;
        return outcome.outcome === 'reserved' && party ? [{ ...outcome, party }] : [];
      });
      postCommit.onReserved(eventId, reserved);
      return outcomes;
    },
  });
}
