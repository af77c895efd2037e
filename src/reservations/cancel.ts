import type { GroupCommit } from '../group-commit/group-commit.ts';
import type { Database } from '../store/engine/database.ts';
import { type CancelOutcome, type CancelRequest, cancelReservations } from '../store/statements/cancel-reservations.ts';
import { conflictKeysOfChange, keyedChange } from './keyed-change.ts';
import type { PostCommit } from './post-commit.ts';

export interface CancelCommand extends Omit<CancelRequest, 'change'> {
  readonly eventId: string;
  readonly idempotencyKey: string | null;
}

export interface CancelDependencies {
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly postCommit: PostCommit;
}

export function createCancel({
  database,
  groupCommit,
  postCommit,
}: CancelDependencies): (command: CancelCommand) => Promise<CancelOutcome> {
  const store = groupCommit.register<CancelRequest, CancelOutcome>({
    conflictKeys: conflictKeysOfChange,
    write: async (eventId, requests) => {
      const outcomes = await cancelReservations(database, eventId, requests);
      postCommit.onReleased(
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
