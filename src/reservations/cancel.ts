import type { Database } from '../store/database.ts';
import { type CancelOutcome, type CancelRequest, cancelReservations } from '../store/statements/cancel-reservations.ts';
import { changeKeyOf } from './change-key.ts';
import type { Commits } from './commits.ts';
import type { EventWriters } from './event-writers.ts';

export interface CancelCommand extends Omit<CancelRequest, 'changeKey'> {
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
    claims: ({ reservationId }) => [reservationId],
    write: async (eventId, requests) => {
      const outcomes = await cancelReservations(database, eventId, requests);
      commits.released(
        eventId,
        outcomes.filter((outcome) => outcome.outcome === 'cancelled'),
      );
      return outcomes;
    },
  });
  return ({ eventId, idempotencyKey, ...request }) =>
    store.submit(eventId, { ...request, changeKey: changeKeyOf('cancel', idempotencyKey) });
}
