import { Pulled } from './pulled.ts';
import { type Availability, sameAvailability } from './status.ts';
import type { ReaderSettings } from './updates.ts';

export interface AvailabilityReaderSettings extends ReaderSettings {
  /** Shortest time between two values. */
  readonly everyMs: number;
  readonly monotonicNow: () => number;
}

/** The counts now, and then as they change, not more often than every so often. */
export function availabilityUpdates(settings: AvailabilityReaderSettings): AsyncIterableIterator<Availability> {
  const { map, release, signal, everyMs, monotonicNow } = settings;
  let told: Availability | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const wakeIn = (waitMs: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      updates.wake();
    }, waitMs);
  };
  const take = () => {
    const { availability } = map.snapshot;
    if (told !== undefined && sameAvailability(told, availability)) return undefined;
    const waitMs = Math.ceil(notBefore - monotonicNow());
    if (waitMs > 0) {
      wakeIn(waitMs);
      return undefined;
    }
    told = availability;
    notBefore = monotonicNow() + everyMs;
    return availability;
  };

  const stopFrames = map.subscribe(() => updates.wake());
  const stopClosed = map.onClosed(() => updates.end());
  const updates = new Pulled<Availability>({
    take,
    release: () => {
      clearTimeout(timer);
      stopFrames();
      stopClosed();
      release();
    },
    signal,
  });
  return updates;
}
