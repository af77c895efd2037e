import { isOrganizer } from '../domain/viewer.ts';
import type { Seating } from '../events/seating.ts';
import type { LiveSeatMap } from '../live/live-seat-map.ts';
import type { GraphqlContext } from './context.ts';

/** How long what was read of an event's sales status counts: a crowd that comes too late must not all ask the store. */
const REMEMBERED_MS = 1_000;
/** As long as a live map tells of changes. Whatever was lost without a trace counts no longer than this. */
const REMEMBERED_WITH_MAP_MS = 60_000;

interface Remembered {
  readonly readAtMs: number;
  /** Live when it was read; none if there was none. */
  readonly map: LiveSeatMap | undefined;
  readonly eventVersion: number | undefined;
  readonly isPublic: Promise<boolean>;
}

/** By the event's layout, with which it is forgotten. */
const remembered = new WeakMap<Seating, Remembered>();

/** Whether the viewer may know that there is this event: false for a draft, unless to organizers. May be a second late. */
export function mayKnow(context: GraphqlContext, eventId: string, seating: Seating): boolean | Promise<boolean> {
  if (isOrganizer(context)) return true;
  const map = context.services.seatMaps.get(eventId);
  const readAtMs = performance.now();
  const known = remembered.get(seating);
  if (known !== undefined && readAtMs < known.readAtMs + countsForMs(known, map)) return known.isPublic;
  const isPublic = context.loaders.event.load(eventId).then((event) => event !== null && event.salesStatus !== 'DRAFT');
  isPublic.catch(() => remembered.delete(seating));
  remembered.set(seating, { readAtMs, map, eventVersion: map?.eventVersion, isPublic });
  return isPublic;
}

function countsForMs(known: Remembered, map: LiveSeatMap | undefined): number {
  if (map === undefined) return REMEMBERED_MS;
  return map === known.map && map.eventVersion === known.eventVersion ? REMEMBERED_WITH_MAP_MS : 0;
}
