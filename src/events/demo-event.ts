import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SYSTEM } from '../domain/change.ts';
import { momentsAt } from '../domain/local-time.ts';
import type { EventRecord } from '../domain/records.ts';
import type { Database } from '../store/engine/database.ts';
import { countEvents } from '../store/queries/events.ts';
import { createEvent } from './create-event.ts';

/** The package's `demo/`. The path is the same from `src/events` and `dist/events`. */
const directory = new URL('../../demo/', import.meta.url);

/** From now by the node's clock, which is good enough for a demo. */
const STARTS_IN_DAYS = 30;

/** Creates the demo event, on sale, if the store has no events yet; null otherwise. */
export async function createDemoEvent(database: Database, reservationSeconds: number): Promise<EventRecord | null> {
  if ((await countEvents(database)) > 0) return null;
  const [event, plan] = await Promise.all([readJson('event.json'), readJson('seating-plan.json')]);
  const created = await createEvent(
    database,
    { ...event, plan, startsAt: evening(STARTS_IN_DAYS, event.timeZone), reservationSeconds },
    { id: randomUUID(), salesStatus: 'ON_SALE', actor: SYSTEM },
  );
  if (!created.ok)
    throw new Error(`the demo event is wrong: ${created.faults.map(({ path, message }) => `${path}: ${message}`)}`);
  return created.event;
}

async function readJson(name: string) {
  return JSON.parse(await readFile(new URL(name, directory), 'utf8'));
}

function evening(inDays: number, timeZone: string): Date {
  const date = new Date();
  date.setUTCDate(date.getUTCDate() + inDays);
  const [moment = date] = momentsAt(`${date.toISOString().slice(0, 10)}T19:30`, timeZone);
  return moment;
}
