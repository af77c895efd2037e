import type { Database } from '../store/database.ts';
import { type CancelOutcome, type CancelRequest, cancelReservations } from '../store/statements/cancel-reservations.ts';
import type { Commits } from './commits.ts';
import type { EventWriters } from './event-writers.ts';
import { claimsOfChange, keyedChange } from './keyed-change.ts';

export interface CancelCommand extends Omit<CancelRequest, 'change'> {
  readonly eventId: string;
  readonly idempotencyKey: string | null;
}

export interface CancelDependencies {
  readonly database: Database;
  readonly writers: EventWriters;
  readonly commits: Commits;
}

export function createCancel({
  database,
  writers,
  commits,
}: CancelDependencies): (command: CancelCommand) => Promise<CancelOutcome> {
  const store = writers.kind<CancelRequest, CancelOutcome>({
    claims: claimsOfChange,
    write: async (eventId, requests) => {
      const outcomes = await cancelReservations(database, eventId, requests);
      commits.released(
        eventId,
        outcomes.filter((outcome) => outcome.outcome === 'cancelled'),
      );
      return outcomes;
    },
  });
  return ({ eventId, idempotencyKey, ...request }) => {
    const { reservationId, viewerId, seatIndexes } = request;
    const change = keyedChange('cancel', { viewerId, idempotencyKey }, [eventId, reservationId, seatIndexes]);
    return store.submit(eventId, { ...request, change });
  };
}
