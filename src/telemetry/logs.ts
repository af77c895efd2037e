import type { Logger } from 'pino';
import type { HappeningSource } from './happenings.ts';

const severities = { NORMAL: 'info', DEGRADED: 'warn', CRITICAL: 'error' } as const;

/** Logs what operators should know, and at the levels trace and debug how the node works. */
export function logHappenings(happenings: HappeningSource, logger: Logger): void {
  happenings.on('store:warned', (warning) => logger.warn(warning));
  happenings.on('level:changed', ({ level, was, since, reasons }) => {
    const why = level === 'NORMAL' ? 'all is well again' : reasons.join('; ');
    logger[severities[level]]({ was: { level: was, since: since.toISOString() } }, `level ${level}: ${why}`);
  });
  happenings.on('feed:read', (eventId, what) => logger.debug({ eventId, what }, 'read what was missed of an event'));
  happenings.on('map:compared', (eventId, result) =>
    logger.trace({ eventId, result }, 'compared a seat map with the store'),
  );
  happenings.on('subscription:executed', (field) => logger.trace({ field }, 'executed for every subscriber'));
  happenings.on('expiry:touched', (reservations) => logger.trace({ reservations }, 'touched'));
  happenings.on('expiry:announced', () => logger.trace('a reservation was announced as expired'));
  happenings.on('expiry:unannounced', (reservations) =>
    logger.trace({ reservations }, 'not announced in time: asking the store'),
  );
}
