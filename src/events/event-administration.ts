import type { EventRecord, SalesStatus } from '../domain/records.ts';
import type { Database } from '../store/engine/database.ts';
import { updateSalesStatus } from '../store/queries/events.ts';
import { type BlockOutcome, blockSeats } from '../store/statements/block-seats.ts';
import { uuidV5 } from '../uuid-v5.ts';
import { type CreateEventOutcome, createEvent, type EventInput } from './create-event.ts';

export interface OrganizingDependencies {
  readonly database: Database;
  readonly newId: () => string;
}

/** Who creates an event, and the key of the request: a retry does not create a second event. */
export interface CreateEventIntent {
  readonly organizerId: string;
  readonly idempotencyKey: string | null;
}

/** Derives ids of events from organizers and idempotency keys. */
const intentId = uuidV5('f0a4b1de-27a9-4d4c-9a52-0c6f3f7d1b88');

/** What organizers do with their events. */
export class EventAdministration {
  readonly #dependencies: OrganizingDependencies;

  constructor(dependencies: OrganizingDependencies) {
    this.#dependencies = dependencies;
  }

  /** Creates a draft. */
  createEvent(input: EventInput, { organizerId, idempotencyKey }: CreateEventIntent): Promise<CreateEventOutcome> {
    const { database, newId } = this.#dependencies;
    const id = idempotencyKey === null ? newId() : intentId(`${organizerId}\n${idempotencyKey}`);
    return createEvent(database, input, { id, salesStatus: 'DRAFT', actor: organizerId });
  }

  /** Null when there is no such event. */
  setSalesStatus(eventId: string, salesStatus: SalesStatus, organizerId: string): Promise<EventRecord | null> {
    return updateSalesStatus(this.#dependencies.database, eventId, salesStatus, organizerId);
  }

  /** Blocks seats of the event, or puts them back on sale (AVAILABLE). */
  setBlocked(
    eventId: string,
    seatIndexes: readonly number[],
    status: 'BLOCKED' | 'AVAILABLE',
    organizerId: string,
  ): Promise<BlockOutcome> {
    return blockSeats(this.#dependencies.database, eventId, seatIndexes, status, organizerId);
  }
}
