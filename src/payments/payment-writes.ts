import type { PaymentRecord } from '../domain/payment.ts';
import type { Database } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { type PaymentChange, updatePayments } from '../store/statements/update-payments.ts';
import type { Telemetry } from '../telemetry/happenings.ts';

/** Changes written in one batch. */
const MAX_BATCH = 500;

type ChangeOfEvent = PaymentChange & { readonly eventId: string };
type Change = Pick<PaymentChange, 'from' | 'to' | 'dueInMs' | 'answer'> & Partial<PaymentChange>;

/** Writes what has become of payments, in batches. */
export class PaymentWrites {
  readonly #telemetry: Telemetry;
  readonly #write: (change: ChangeOfEvent) => Promise<boolean>;

  constructor({ database, telemetry }: { readonly database: Database; readonly telemetry: Telemetry }) {
    this.#telemetry = telemetry;
    this.#write = batched((changes) => writeByEvent(database, changes), MAX_BATCH);
  }

  /** Returns whether the change could still be made. What it does not name stays, but for the attempts, which begin anew. */
  async change({ eventId, id, refunded, disputed, reference }: PaymentRecord, change: Change): Promise<boolean> {
    const isMade = await this.#write({ eventId, id, refunded, disputed, reference, attempts: 0, ...change });
    if (isMade && change.to !== null) this.#telemetry.emit('payment:moved', change.to);
    return isMade;
  }
}

/** Event by event, because every write of the store is for one, and a statement can change a payment once. */
async function writeByEvent(database: Database, changes: readonly ChangeOfEvent[]): Promise<boolean[]> {
  const made = new Set<ChangeOfEvent>();
  let left = changes;
  while (left.length > 0) {
    const next = new Map(left.toReversed().map((change) => [change.id, change]));
    const batch = left.filter((change) => next.get(change.id) === change && change.eventId === left[0]?.eventId);
    const ids = await updatePayments(database, batch[0]?.eventId ?? '', batch);
    for (const change of batch) if (ids.includes(change.id)) made.add(change);
    left = left.filter((change) => !batch.includes(change));
  }
  return changes.map((change) => made.has(change));
}
