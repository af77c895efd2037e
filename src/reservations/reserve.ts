import type { Gate, SeatClaim, SeatHolder } from '../coordination/coordination.ts';
import { namedIds } from '../named-id.ts';
import type { LiveSeatMaps } from '../seat-map/live-seat-maps.ts';
import type { Database } from '../store/database.ts';
import { type ReserveSeatsOutcome, type ReserveSeatsRequest, reserveSeats } from '../store/statements/reserve-seats.ts';
import type { Commits } from './commits.ts';
import { EarlierReservations } from './earlier-reservations.ts';
import type { EventWriters } from './event-writers.ts';
import { GateChecks } from './gate-checks.ts';

export interface ReserveRequest {
  readonly eventId: string;
  readonly viewerId: string;
  /** Ascending, each once, all of them the event's, and at least one. */
  readonly seatIndexes: readonly number[];
  readonly idempotencyKey: string | null;
}

/** The store's outcomes; what the upper layers refuse looks the same. */
export type ReserveOutcome = ReserveSeatsOutcome;

export interface ReserveDependencies {
  readonly database: Database;
  readonly writers: EventWriters;
  readonly gate: Gate;
  readonly commits: Commits;
  readonly seatMaps: Pick<LiveSeatMaps, 'get' | 'want'>;
  readonly newId: () => string;
  readonly maxActiveReservations: number;
  /** A request was turned away for its seats, by that layer. */
  readonly onRefused: (by: RefusingLayer) => void;
}

export type RefusingLayer = 'seat map' | 'gate' | 'store';

/** The funnel of a reservation: what this node knows, what the nodes know, and then the store, which alone says yes. */
export function createReserve(dependencies: ReserveDependencies): (request: ReserveRequest) => Promise<ReserveOutcome> {
  const { database, gate, seatMaps, newId, onRefused } = dependencies;
  const store = storeWrites(dependencies);
  const checks = new GateChecks();
  const earlier = new EarlierReservations(database, seatMaps);

  return async (request) => {
    const { eventId, seatIndexes } = request;
    const claim: SeatClaim = { eventId, reservationId: reservationIdOf(request, newId), seatIndexes };
    const known = seatsKnownTaken(request);
    if (known.length > 0) return refuse('seat map', request, claim, known);
    const marked = await gate.take(claim);
    if (marked.answer !== 'refused') return reserveInStore(request, claim);
    const refused = marked.seatIndexes;
    if (!checks.areDue(eventId, refused)) return refuse('gate', request, claim, refused);
    return checks.run(eventId, refused, () => reserveInStore(request, claim));
  };

  function seatsKnownTaken({ eventId, seatIndexes }: ReserveRequest): readonly number[] {
    const map = seatMaps.get(eventId);
    return map === undefined ? [] : seatIndexes.filter((index) => map.isTaken(index));
  }

  /** A retry of a reservation that succeeded must not be refused for seats that it held once. */
  async function refuse(
    by: RefusingLayer,
    request: ReserveRequest,
    claim: SeatClaim,
    taken: readonly number[],
  ): Promise<ReserveOutcome> {
    seatMaps.want(claim.eventId);
    if (request.idempotencyKey !== null && (await earlier.has(claim))) return reserveInStore(request, claim);
    onRefused(by);
    return { outcome: 'seats-unavailable', taken, holders: [] };
  }

  async function reserveInStore(request: ReserveRequest, claim: SeatClaim): Promise<ReserveOutcome> {
    let outcome: ReserveOutcome | undefined;
    try {
      outcome = await store.submit(request.eventId, { ...request, reservationId: claim.reservationId });
      return outcome;
    } finally {
      if (outcome?.outcome !== 'reserved') void handBack(claim, outcome);
    }
  }

  async function handBack(claim: SeatClaim, outcome: ReserveOutcome | undefined): Promise<void> {
    if (outcome?.outcome === 'seats-unavailable') onRefused('store');
    const seatIndexes = claim.seatIndexes.filter((index) => !isHeldBy(outcome, index));
    if (seatIndexes.length > 0) await gate.release({ ...claim, seatIndexes }, false);
    if (outcome?.outcome !== 'seats-unavailable') return;
    seatMaps.want(claim.eventId);
    const holders = outcome.holders.filter(isKnownToEnd);
    if (holders.length > 0) await gate.correct(claim.eventId, holders);
  }
}

/** Names of reservations, made from viewers and keys. */
const intentId = namedIds('5a7f3c0e-3c55-4d0b-9d53-6e1c9a0f7b42');

/**
 * The same for every copy of one intent, so that the gate does not turn copies away for each other's marks, on whichever
 * nodes they are. Neither viewers' ids nor keys have control characters.
 */
function reservationIdOf({ viewerId, idempotencyKey }: ReserveRequest, newId: () => string): string {
  return idempotencyKey === null ? newId() : intentId(`${viewerId}\n${idempotencyKey}`);
}

/** Of blocked seats the gate never hears that they are back on sale, and would go on turning buyers away. */
function isKnownToEnd({ holder }: SeatHolder): boolean {
  return holder !== 'BLOCKED';
}

/** A copy of the request that succeeded shares its marks with it. */
function isHeldBy(outcome: ReserveOutcome | undefined, seatIndex: number): boolean {
  if (outcome?.outcome !== 'repeated') return false;
  const { status, seatIndexes } = outcome.reservation;
  return status === 'ACTIVE' && seatIndexes.includes(seatIndex);
}

function storeWrites({ database, writers, commits, maxActiveReservations }: ReserveDependencies) {
  return writers.kind<ReserveSeatsRequest, ReserveOutcome>({
    claims: ({ viewerId, seatIndexes }) => [`viewer ${viewerId}`, ...seatIndexes.map((index) => `seat ${index}`)],
    write: async (eventId, requests) => {
      const outcomes = await reserveSeats(database, eventId, requests, { maxActiveReservations });
      commits.held(
        eventId,
        outcomes.filter((outcome) => outcome.outcome === 'reserved'),
      );
      return outcomes;
    },
  });
}
