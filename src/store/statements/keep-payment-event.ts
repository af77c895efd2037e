import type { Session } from '../engine/database.ts';
import type { PaymentEventKey } from '../queries/payment-events.ts';
import { statementNow } from '../rules.ts';
import { paymentEvents } from '../tables.ts';

/** Notes what the provider told of a payment. Does nothing if it is noted already. */
export async function keepPaymentEvent(
  session: Session,
  { eventId, paymentId, id, type }: PaymentEventKey & { readonly type: string },
): Promise<void> {
  await session.query((orm) =>
    orm
      .insert(paymentEvents)
      .values({ eventId, paymentId, providerEventId: id, type, at: statementNow })
      .onConflictDoNothing(),
  );
}
