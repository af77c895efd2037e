import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Session } from '../engine/database.ts';
import { statementNow } from '../rules.ts';
import { payments } from '../tables.ts';

/** Has the settler look at payments for which nothing was left to do. */
export async function wakePayments(session: Session, eventId: string, paymentIds: readonly string[]): Promise<void> {
  await session.query((orm) =>
    orm
      .update(payments)
      .set({ dueAt: statementNow })
      .where(and(eq(payments.eventId, eventId), inArray(payments.id, [...paymentIds]), isNull(payments.dueAt))),
  );
}
