import type { Database } from '../store/engine/database.ts';
import { eventsOfViewer, type Transfer, transferReservations } from '../store/statements/transfer-reservations.ts';

/** Reservations in one statement, during which other writes of their event wait. */
const MAX_TRANSFERRED = 500;

/**
 * Gives all that a guest has to the viewer who claims it, event by event. If it fails between two events, claiming again does the rest.
 * What the guest reserves meanwhile may stay the guest's.
 */
export async function claimReservations(database: Database, transfer: Transfer): Promise<void> {
  for (const eventId of await eventsOfViewer(database, transfer.from)) {
    let transferred: number;
    do {
      transferred = await transferReservations(database, eventId, transfer, MAX_TRANSFERRED);
    } while (transferred === MAX_TRANSFERRED);
  }
}
