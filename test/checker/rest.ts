import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { SeatStatus } from '../../src/domain/seat.ts';
import { HEADS_EVERY_MS } from '../../src/live/head-watch.ts';
import { readBacklogs } from '../../src/store/consumer-cursors.ts';
import { readHeads } from '../consumers/changes.ts';
import { readHandled } from '../consumers/consumer-node.ts';
import { findUnhandled } from '../consumers/handled.ts';
import { SeatHistory } from '../realtime/seat-history.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Violation } from './checks/house.ts';
import { expectMarkToStay } from './gate-probe.ts';
import type { Journal } from './load/journal.ts';
import type { SeatMapReaders } from './load/seat-map-readers.ts';
import { nodeEnv, tokenFor } from './rig/policy.ts';
import type { Rig } from './rig/rig.ts';

/** Many times what it should take, as the machine may be slow: what is not so by then never will be. */
const PATIENCE_MS = 60_000;

export interface Resting {
  readonly rig: Rig;
  readonly program: string;
  readonly journal: Journal;
  /** By the event's id. */
  readonly readers: ReadonlyMap<string, SeatMapReaders>;
}

/** Nobody asks for anything any more, and nothing is broken: what must be so now. */
export async function checkAtRest(resting: Resting): Promise<Violation[]> {
  const { rig } = resting;
  const violations: Violation[] = [];
  const expect = async (check: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      violations.push({ check, what: error instanceof Error ? error.message : String(error), calls: [] });
    }
  };
  for (const node of rig.nodes) await expect('nodes stay up', () => node.expectAlive());
  await expect('what has ended is written', () => untilAllHasEnded(resting));
  await expect('payments are settled', () => untilAllIsSettled(resting));
  await expect('free seats are sold', () => sellWhatIsFree(resting));
  await expect('what has ended is written', () => untilAllHasEnded(resting));
  await expect("marks are their holders'", () => {
    const withinMs = PATIENCE_MS / 4;
    return waitFor(() => expectMarkToStay(rig, resting.journal), { withinMs, what: "a mark to be its holder's" });
  });
  await expect('maps are right at rest', () => untilMapsAreRight(resting));
  for (const [eventId, readers] of resting.readers) {
    const lies = readers.lies(await SeatHistory.of(rig.store, eventId));
    violations.push(...lies.slice(0, 3).map((what) => ({ check: 'maps tell what was so', what, calls: [] })));
  }
  await expect('consumers handle every change', () => untilAllIsHandled(resting));
  await expect('holdfast verify', () => verify(resting));
  return [...violations, ...checkStops(rig)];
}

/** Whatever it has been through, a node that is told to stop does so. */
export function checkStops({ nodes }: Rig): Violation[] {
  return nodes.flatMap(({ stuck }, node) =>
    stuck === 0 ? [] : { check: 'nodes stop', what: `node ${node} did not when it was told to`, calls: [] },
  );
}

async function untilAllHasEnded({ rig, readers }: Resting): Promise<void> {
  await waitFor(
    async () => {
      const running = await rig.store.rows(sql`
        select id, expires_at, clock_timestamp() as now from reservations
        where event_id = any(${sql.param([...readers.keys()])}::uuid[]) and status = 'ACTIVE'`);
      return running.length === 0 ? 'none' : Promise.reject(new Error(`still active: ${JSON.stringify(running[0])}`));
    },
    { withinMs: PATIENCE_MS, what: 'the end of the last reservation' },
  );
}

async function untilAllIsSettled({ rig, readers }: Resting): Promise<void> {
  const isSettled = async () => {
    const [left] = await rig.store.rows(sql`
      select id, state, attempts, due_at, clock_timestamp() as now from payments
      where event_id = any(${sql.param([...readers.keys()])}::uuid[]) and due_at is not null`);
    return left === undefined ? 'all' : Promise.reject(new Error(`still to be settled: ${JSON.stringify(left)}`));
  };
  // What a node that was killed had taken is left alone for half a minute.
  await waitFor(isSettled, { withinMs: 2 * PATIENCE_MS, what: 'the settler to have nothing left to do' });
}

/** On each node somebody gets all seats that are free, and lets go of them again. */
async function sellWhatIsFree({ rig, journal, readers }: Resting): Promise<void> {
  for (const eventId of readers.keys()) {
    const statuses = await storedStatuses(rig, eventId);
    const seats = statuses.flatMap((status, seat) => (status === 'AVAILABLE' ? seat : []));
    if (seats.length === 0) continue;
    for (const node of rig.nodes.keys()) {
      const viewer = `the last buyer on node ${node}`;
      const caller = { viewer, token: await tokenFor(viewer), node };
      const reserve = async () => {
        const answer = await journal.call(caller, eventId, { kind: 'reserve', seats, key: null });
        return answer.type === 'Reservation' ? answer.id : Promise.reject(new Error(JSON.stringify(answer)));
      };
      const what = `node ${node} to sell the free seats ${seats}`;
      const reservation = await waitFor(reserve, { withinMs: PATIENCE_MS / 4, what });
      await journal.call(caller, eventId, { kind: 'cancel', reservation, seats: null, key: null });
    }
  }
}

async function untilMapsAreRight({ rig, readers }: Resting): Promise<void> {
  for (const reader of readers.values()) reader.comeBack();
  const expected = new Map<string, SeatStatus[]>();
  for (const eventId of readers.keys()) expected.set(eventId, await storedStatuses(rig, eventId));
  const allAreRight = async () => {
    const wrong = [...readers].flatMap(([eventId, reader]) => {
      return reader.differencesFrom(expected.get(eventId) ?? []).map((what) => `event ${eventId}: ${what}`);
    });
    return wrong.length === 0 ? 'all' : Promise.reject(new Error(wrong.join('; ')));
  };
  await waitFor(allAreRight, { withinMs: HEADS_EVERY_MS + PATIENCE_MS / 4, what: 'all maps to be right' });
}

async function storedStatuses({ store }: Rig, eventId: string): Promise<SeatStatus[]> {
  const seats = await store.rows<{ status: SeatStatus }>(
    sql`select status from seats where event_id = ${eventId}::uuid order by index`,
  );
  return seats.map(({ status }) => status);
}

async function untilAllIsHandled({ rig, readers }: Resting): Promise<void> {
  const eventIds = [...readers.keys()];
  const isAllHandled = async () => {
    const [backlog] = await readBacklogs(rig.store);
    return backlog?.changes === 0 || Promise.reject(new Error(`${backlog?.changes} changes are not handled`));
  };
  await waitFor(isAllHandled, { withinMs: PATIENCE_MS / 2, what: 'consumers to handle every change' });
  const heads = new Map([...(await readHeads(rig.store))].filter(([eventId]) => eventIds.includes(eventId)));
  const faults = findUnhandled(await readHandled(rig.store, eventIds), heads);
  if (faults.length > 0) throw new Error(faults.join('; '));
}

function verify({ rig, program }: Resting): Promise<void> {
  const args = [join(program, 'dist', 'main.js'), 'verify', '--overdue-seconds', String(PATIENCE_MS / 1_000)];
  const env = { ...nodeEnv, PATH: process.env.PATH, DATABASE_URL: rig.databaseUrl };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else
        reject(
          new Error(
            stdout
              .split('\n')
              .filter((line) => !line.startsWith('kept'))
              .join('\n') + stderr,
          ),
        );
    });
  });
}
