import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { openCoordination } from '../../src/coordination/open.ts';
import type { PaymentRecord } from '../../src/domain/payment.ts';
import type { ReservationRecord } from '../../src/domain/records.ts';
import { PaymentFlow } from '../../src/payments/payment-flow.ts';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import { Settler, type SettlerDependencies } from '../../src/payments/settler.ts';
import type { TestPaymentProvider } from '../../src/payments/test-provider.ts';
import { withTimeLimits } from '../../src/payments/with-time-limits.ts';
import { ReservationBookings } from '../../src/reservations/book.ts';
import { type ConfirmResult, createConfirm } from '../../src/reservations/confirm.ts';
import { PostCommit } from '../../src/reservations/post-commit.ts';
import { createGroupCommit } from '../../src/reservations/reservations.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { findBookingsOfReservations } from '../../src/store/queries/bookings.ts';
import { findPaymentsOfReservations, readPaymentBacklog } from '../../src/store/queries/payments.ts';
import type { Happenings } from '../../src/telemetry/happenings.ts';
import { only } from '../store/buyers.ts';

const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });

export interface PaymentNodeOptions {
  readonly database: Database;
  readonly provider: PaymentProvider;
  readonly retry?: NonNullable<SettlerDependencies['retry']>;
  readonly paymentSeconds?: number;
  readonly callMs?: number;
}

/** What a node has that confirms, and settles payments. */
export class PaymentNode implements AsyncDisposable {
  readonly flow: PaymentFlow;
  readonly settler: Settler;
  readonly telemetry = new EventEmitter<Happenings>();
  readonly #confirm: ReturnType<typeof createConfirm>;
  readonly #coordination: AsyncDisposable;

  private constructor(
    { database, provider, retry, paymentSeconds = 30, callMs }: PaymentNodeOptions,
    coordination: Awaited<ReturnType<typeof openCoordination>>,
  ) {
    const { telemetry } = this;
    this.#coordination = coordination;
    const { gate } = coordination;
    const deadlines = { granted: () => {}, ended: () => {} };
    const postCommit = new PostCommit({ gate, heldSeats: coordination.heldSeats(0), deadlines });
    const parts = { database, groupCommit: createGroupCommit(), postCommit, newId: randomUUID, telemetry, logger };
    const bookings = new ReservationBookings({ ...parts, random: randomBytes });
    const limited = withTimeLimits(provider, callMs);
    const settleSoon = (payment: PaymentRecord) => this.settler.begin(payment);
    this.flow = new PaymentFlow({ ...parts, provider: limited, bookings, settleSoon });
    this.settler = new Settler({ database, flow: this.flow, logger, ...(retry && { retry }) });
    const payments = this.flow;
    this.#confirm = createConfirm({ ...parts, gate, bookings, payments, provider: provider.name, paymentSeconds });
  }

  static async open(options: PaymentNodeOptions): Promise<PaymentNode> {
    return new PaymentNode(options, await openCoordination({ logger, now: () => performance.now() }));
  }

  confirm({ eventId, id, viewerId }: ReservationRecord, paymentToken: string | null = null): Promise<ConfirmResult> {
    const buyer = { name: 'Ann', email: null };
    return this.#confirm({ eventId, reservationId: id, viewerId, currency: 'EUR', paymentToken, buyer });
  }

  round(): Promise<boolean> {
    return this.settler.round(new AbortController().signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settler.drain();
    await this.#coordination[Symbol.asyncDispose]();
  }
}

/** As if so much time had passed that the settler looks at every payment. */
export async function makeAllDue(database: Database): Promise<void> {
  await database.rows(sql`update payments set due_at = now() - interval '1 second' where due_at is not null`);
}

/** Until nothing is left to do, however long that is postponed. */
export async function settleAll(database: Database, node: PaymentNode): Promise<void> {
  for (let round = 1; round <= 100; round += 1) {
    await makeAllDue(database);
    if ((await readPaymentBacklog(database)).due === 0) return;
    await node.round();
  }
  throw new Error('there is always something left to do');
}

/** What has become of a reservation: its booking and its payments' states in the store, and its money at the provider. */
export async function endOf(database: Database, { ledger }: TestPaymentProvider, { eventId, id }: ReservationRecord) {
  const key = { eventId, reservationId: id };
  const [booking] = await findBookingsOfReservations(database, [key]);
  const rows = await database.rows<{ state: string }>(
    sql`select state from payments where event_id = ${eventId} and reservation_id = ${id} order by created_at`,
  );
  const money = ledger().filter(({ reservationId }) => reservationId === id);
  return {
    isBooked: booking !== undefined,
    payments: rows.map(({ state }) => state),
    money: money.map(({ state, refunded }) => (refunded > 0 ? 'refunded' : state)),
  };
}

export async function paymentOf(database: Database, { eventId, id }: ReservationRecord): Promise<PaymentRecord> {
  return only(await findPaymentsOfReservations(database, [{ eventId, reservationId: id }]));
}
