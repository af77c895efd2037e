import type { Seating } from '../events/seating.ts';
import { type GraphqlContext, isOrganizer } from './context.ts';

/** How long what was read of an event's sales status counts: a crowd that comes too late must not all ask the store. */
const REMEMBERED_MS = 1_000;

interface Remembered {
  readonly untilMs: number;
  readonly isPublic: Promise<boolean>;
}

/** By the event's layout, with which it is forgotten. */
const remembered = new WeakMap<Seating, Remembered>();

/** Whether the viewer may know that there is this event: false for a draft, unless to organizers. May be a second late. */
export function mayKnow(context: GraphqlContext, eventId: string, seating: Seating): boolean | Promise<boolean> {
  if (isOrganizer(context)) return true;
  const nowMs = performance.now();
  const known = remembered.get(seating);
  if (known !== undefined && nowMs < known.untilMs) return known.isPublic;
  const isPublic = context.loaders.event.load(eventId).then((event) => event !== null && event.salesStatus !== 'DRAFT');
  remembered.set(seating, { untilMs: nowMs + REMEMBERED_MS, isPublic });
  return isPublic;
}
