import type { PaymentRecord } from '../domain/payment.ts';
import type { Database } from '../store/engine/database.ts';
import { findPayments } from '../store/queries/payments.ts';
import { wakePayments } from '../store/statements/wake-payments.ts';
import type { PaymentProvider, ProviderPayment } from './payment-provider.ts';

/** Payments compared in one statement. */
const BATCH_SIZE = 100;

export interface Difference {
  readonly payment: ProviderPayment;
  /** For operators, in a few words. */
  readonly what: string;
}

export interface Reconciled {
  readonly compared: number;
  /** Of the provider's payments, those that are not in this database. */
  readonly unknown: number;
  readonly differences: readonly Difference[];
}

export interface Reconciling {
  readonly database: Database;
  /** With time limits. */
  readonly provider: PaymentProvider;
  /** Payments made at the provider since then. */
  readonly sinceMs: number;
  readonly signal: AbortSignal;
}

/**
 * Compares the payments that the provider has with those in the store. What differs is due at once, so that the settler of a running
 * server looks at it again. Payments that are not final are the settler's already.
 */
export async function reconcilePayments(reconciling: Reconciling): Promise<Reconciled> {
  const { provider, sinceMs, signal } = reconciling;
  const parts: Reconciled[] = [];
  let batch: ProviderPayment[] = [];
  for await (const payment of provider.list(sinceMs, signal)) {
    batch.push(payment);
    if (batch.length < BATCH_SIZE) continue;
    parts.push(await reconcileBatch(batch, reconciling));
    batch = [];
  }
  parts.push(await reconcileBatch(batch, reconciling));
  return {
    compared: sum(parts.map(({ compared }) => compared)),
    unknown: sum(parts.map(({ unknown }) => unknown)),
    differences: parts.flatMap(({ differences }) => differences),
  };
}

async function reconcileBatch(
  batch: readonly ProviderPayment[],
  { database, provider, signal }: Reconciling,
): Promise<Reconciled> {
  const stored = await findPayments(
    database,
    batch.map(({ eventId, id }) => ({ eventId, paymentId: id })),
  );
  const storedById = new Map(stored.map((payment) => [payment.id, payment]));
  const differences: Difference[] = [];
  const strays: Difference[] = [];
  let unknown = 0;
  for (const payment of batch) {
    const known = storedById.get(payment.id);
    const isStray = known?.reference != null && known.reference !== payment.reference;
    const what = known === undefined || isStray ? null : differenceOf(known, payment);
    if (known === undefined) unknown += 1;
    if (what !== null) differences.push({ payment, what });
    if (!isStray || isOver(payment)) continue;
    await provider.void(payment, signal);
    strays.push({ payment, what: 'a second attempt at the same payment, now given back' });
  }
  await wake(database, differences);
  return { compared: batch.length, unknown, differences: [...differences, ...strays] };
}

/** Null if the provider has what the store says, or the settler is still at it. */
export function differenceOf(stored: PaymentRecord, provided: ProviderPayment): string | null {
  const said = `the store says ${stored.state}, refunded ${stored.refunded}`;
  const has = `the provider has ${provided.state}, refunded ${provided.refunded}`;
  switch (stored.state) {
    case 'AUTHORIZING':
    case 'ACTION_REQUIRED':
    case 'AUTHORIZED':
      return null;
    case 'VOIDED':
    case 'FAILED':
      return isOver(provided) ? null : `${said}; ${has}`;
    case 'CAPTURED':
    case 'PARTLY_REFUNDED':
    case 'REFUNDED': {
      const isSame = provided.state === 'captured' && provided.refunded === stored.refunded;
      if (!isSame) return `${said}; ${has}`;
      if (provided.disputed === stored.disputed) return null;
      return provided.disputed ? 'disputed by the buyer' : 'not disputed any more';
    }
  }
}

/** Nothing is held or kept of the buyer's money, nor can be. */
function isOver({ state, refunded, amount }: ProviderPayment): boolean {
  return state === 'voided' || (state === 'captured' && refunded === amount);
}

async function wake(database: Database, differences: readonly Difference[]): Promise<void> {
  const eventIds = new Set(differences.map(({ payment }) => payment.eventId));
  for (const eventId of eventIds) {
    const ofEvent = differences.filter(({ payment }) => payment.eventId === eventId);
    await wakePayments(
      database,
      eventId,
      ofEvent.map(({ payment }) => payment.id),
    );
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
