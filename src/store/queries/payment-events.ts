import { and, eq } from 'drizzle-orm';
import type { Session } from '../engine/database.ts';
import { paymentEvents } from '../tables.ts';

export interface PaymentEventKey {
  readonly eventId: string;
  readonly paymentId: string;
  /** The provider's own id of the event. */
  readonly id: string;
}

export async function isPaymentEventKept(
  session: Session,
  { eventId, paymentId, id }: PaymentEventKey,
): Promise<boolean> {
  const found = await session.query((orm) =>
    orm
      .select({ id: paymentEvents.providerEventId })
      .from(paymentEvents)
      .where(
        and(
          eq(paymentEvents.eventId, eventId),
          eq(paymentEvents.paymentId, paymentId),
          eq(paymentEvents.providerEventId, id),
        ),
      ),
  );
  return found.length > 0;
}
