import type { Gate } from '../coordination/coordination.ts';
import type { GroupCommit } from '../group-commit/group-commit.ts';
import type { Database } from '../store/engine/database.ts';
import { type ExtendOutcome, extendReservations } from '../store/statements/extend-reservations.ts';
import type { HolderRequest, RepeatableRequest } from '../store/statements/running-reservations.ts';
import { conflictKeysOfChange, keyedChange } from './keyed-change.ts';
import type { PostCommit } from './post-commit.ts';

/** A holder's request to change a reservation. */
export interface HolderCommand extends HolderRequest {
  readonly eventId: string;
}

export interface ExtendCommand extends HolderCommand {
  readonly idempotencyKey: string | null;
}

export interface ExtendDependencies {
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly gate: Gate;
  readonly postCommit: PostCommit;
  readonly extensionSeconds: number;
  readonly maxExtensions: number;
}

export function createExtend(dependencies: ExtendDependencies): (command: ExtendCommand) => Promise<ExtendOutcome> {
  const { database, groupCommit, gate, postCommit, extensionSeconds, maxExtensions } = dependencies;
  const store = groupCommit.register<RepeatableRequest, ExtendOutcome>({
    conflictKeys: conflictKeysOfChange,
    write: async (eventId, requests) => {
      const outcomes = await extendReservations(database, eventId, requests, { extensionSeconds, maxExtensions });
      postCommit.onReserved(
        eventId,
        outcomes.filter((outcome) => outcome.outcome === 'extended'),
      );
      return outcomes;
    },
  });

  return async ({ eventId, reservationId, viewerId, idempotencyKey }) => {
    await keepKey(gate, eventId, reservationId, extensionSeconds);
    const change = keyedChange('extend', { viewerId, idempotencyKey }, [eventId, reservationId]);
    return store.submit(eventId, { reservationId, viewerId, change });
  };
}

/**
 * Keeps the reservation's own key from expiring between a commit that moves the deadline and its confirmation at the gate. If the change
 * is then refused, the only effect is that nodes check the deadline themselves.
 */
export async function keepKey(gate: Gate, eventId: string, reservationId: string, seconds: number): Promise<void> {
  await gate.confirm({ eventId, reservationId, seatIndexes: [] }, seconds * 1000);
}
