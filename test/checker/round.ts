import { createSampleEvent } from '../store/sample-event.ts';
import { checkBookings } from './checks/bookings.ts';
import { checkChanges } from './checks/changes.ts';
import { checkFaults } from './checks/faults.ts';
import type { House, Violation } from './checks/house.ts';
import { checkIntents } from './checks/intents.ts';
import { checkLimits } from './checks/limits.ts';
import { checkLinearizability } from './checks/linearizability.ts';
import { checkRefusals } from './checks/refusals.ts';
import { checkTimes } from './checks/times.ts';
import type { Call } from './history/call.ts';
import { between, type ClockOffset } from './history/clock.ts';
import { readStoreRecord } from './history/store-record.ts';
import { Journal } from './load/journal.ts';
import { SeatMapReaders } from './load/seat-map-readers.ts';
import { type Deadlines, Viewer } from './load/viewer.ts';
import { Random } from './random.ts';
import { checkAtRest } from './rest.ts';
import type { FaultKind } from './rig/faults.ts';
import { haunt, type PastFault } from './rig/nemesis.ts';
import { policy, seatsPerHouse, tokenFor } from './rig/policy.ts';
import type { Rig } from './rig/rig.ts';

export interface RoundSettings {
  readonly rig: Rig;
  readonly program: string;
  readonly seed: number;
  readonly operations: number;
  readonly viewers: number;
  readonly houses: number;
  /** The kinds of fault that happen in it, in this order. */
  readonly faults: readonly FaultKind[];
}

export interface Round {
  readonly operations: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly faults: readonly PastFault[];
  readonly violations: readonly Violation[];
}

/** On average, between two faults. */
const GAP_MS = 400;

/** Some new houses, many viewers after the same few seats, and faults; then rest, and all the checks. */
export async function playRound(settings: RoundSettings): Promise<Round> {
  const { rig, program, seed } = settings;
  const random = new Random(seed);
  const journal = new Journal(rig.nodes);
  const offsetBefore = await rig.measureClock();
  const eventIds: string[] = [];
  for (let nth = 0; nth < settings.houses; nth += 1) {
    eventIds.push(
      await createSampleEvent(rig.store, seatsPerHouse, { reservationSeconds: policy.reservationMs / 1_000 }),
    );
  }
  const readers = new Map(eventIds.map((eventId) => [eventId, new SeatMapReaders(rig.nodes, eventId)]));
  try {
    const faults = await disturb(settings, { journal, random, eventIds });
    const atRest = await checkAtRest({ rig, program, journal, readers });
    const offset = between(offsetBefore, await rig.measureClock());
    const houses = await Promise.all(eventIds.map((eventId) => houseOf(eventId, { rig, journal, offset })));
    return {
      operations: journal.begun,
      answers: countAnswers(journal.calls),
      faults,
      violations: [...checkHistory(houses, faults), ...atRest],
    };
  } finally {
    for (const reader of readers.values()) reader[Symbol.dispose]();
  }
}

interface Play {
  readonly journal: Journal;
  readonly random: Random;
  readonly eventIds: readonly string[];
}

/** The viewers go on until there were enough requests, and until every fault has been. */
async function disturb(settings: RoundSettings, { journal, random, eventIds }: Play): Promise<PastFault[]> {
  const { rig, operations } = settings;
  const deadlines: Deadlines = [];
  const viewers: Viewer[] = [];
  for (let nth = 0; nth < settings.viewers; nth += 1) {
    // Of this round: what a viewer's key stands for outlives it.
    const name = `viewer ${nth} of ${settings.seed}`;
    const isOrganizer = nth === 0;
    const token = await tokenFor(name, isOrganizer ? ['ORGANIZER'] : []);
    const own = { name, token, isOrganizer, random: random.fork() };
    viewers.push(new Viewer({ ...own, houses: eventIds, nodes: rig.nodes, journal, deadlines }));
  }
  let isHaunted = true;
  const haunting = haunt({ rig, random: random.fork(), kinds: settings.faults, gapMs: GAP_MS }).finally(() => {
    isHaunted = false;
  });
  await Promise.all(viewers.map((viewer) => viewer.act(() => journal.begun >= operations && !isHaunted)));
  return haunting;
}

async function houseOf(
  eventId: string,
  { rig, journal, offset }: { rig: Rig; journal: Journal; offset: ClockOffset },
): Promise<House> {
  const calls = journal.calls.filter((call) => call.eventId === eventId).sort((one, other) => one.id - other.id);
  return { eventId, calls, record: await readStoreRecord(rig.store, eventId), offset };
}

function checkHistory(houses: readonly House[], faults: readonly PastFault[]): Violation[] {
  return houses.flatMap((house) => [
    ...checkLinearizability(house),
    ...checkIntents(house),
    ...checkChanges(house),
    ...checkBookings(house),
    ...checkTimes(house),
    ...checkRefusals(house, faults),
    ...checkFaults(house),
    ...checkLimits(house),
  ]);
}

function countAnswers(calls: readonly Call[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { request, answer } of calls) {
    const name = `${request.kind}: ${answer.type}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
