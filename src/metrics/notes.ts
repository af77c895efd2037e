import type { Logger } from 'pino';
import type { ExpirySettings } from '../expiry/expiry.ts';
import type { LiveSeatMapsSettings } from '../live/live-seat-maps.ts';
import type { Metrics } from './metrics.ts';

// What happens is counted, and logged for those who look closely.

export function notesOnSeatMaps(
  { frames, framedSeats, comparisons, feedReads }: Metrics,
  logger: Logger,
): Pick<LiveSeatMapsSettings, 'onFrame' | 'onCompared' | 'onRead'> {
  return {
    onFrame: (seats) => {
      frames.add();
      framedSeats.add([], seats);
    },
    onCompared: (eventId, result) => {
      comparisons.add([result]);
      logger.trace({ eventId, result }, 'compared a seat map with the store');
    },
    onRead: (eventId, what) => {
      feedReads.add([what]);
      logger.debug({ eventId, what }, 'read what was missed of an event');
    },
  };
}

export function notesOnExpiry(
  { pokes, announcements, fallbacks, expiryLateness }: Metrics,
  logger: Logger,
): Pick<ExpirySettings, 'onPoked' | 'onAnnounced' | 'onFallback' | 'onEnded'> {
  return {
    onPoked: (reservations) => {
      pokes.add([], reservations);
      logger.trace({ reservations }, 'poked');
    },
    onAnnounced: () => {
      announcements.add();
      logger.trace('a reservation was announced as expired');
    },
    onFallback: (reservations) => {
      fallbacks.add([], reservations);
      logger.trace({ reservations }, 'not announced in time: asking the store');
    },
    onEnded: (lateMs) => expiryLateness.observe(lateMs / 1000),
  };
}
