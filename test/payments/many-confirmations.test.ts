import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import { expireOverdue } from '../../src/expiry/sweep.ts';
import { PaymentNotices } from '../../src/payments/payment-notices.ts';
import { reconcilePayments } from '../../src/payments/reconcile.ts';
import { openStripe } from '../../src/payments/stripe/open-stripe.ts';
import type { ConfirmResult } from '../../src/reservations/confirm.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { type Verdict, verify } from '../../src/store/queries/verification.ts';
import { overdueReservations } from '../../src/store/statements/expire-reservations.ts';
import { Random } from '../checker/random.ts';
import { hold, lapse } from '../store/buyers.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { StripeDouble } from '../stripe/stripe-double.ts';
import { createTestDatabase } from '../support/database.ts';
import { ShortLife, someDeliveries, someFault } from './faulty-world.ts';
import { PaymentNode, settleAll } from './payment-node.ts';
import { configFor } from './stripe/payments.ts';

/** `MANY_CONFIRMATIONS=100000` takes an hour or more. */
const CONFIRMATIONS = Number(process.env.MANY_CONFIRMATIONS ?? 100);
const SEED = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31);
const BUYERS_AT_ONCE = Math.min(100, Math.ceil(CONFIRMATIONS / 12));
const NODES = 3;
/** Of its store and its provider, after which a node is dead and another one takes its place. */
const LONGEST_LIFE = 400;
const SEATS_PER_EVENT = 2_000;
const WEBHOOK_SECRET = 'whsec_of_the_double';
const bounds = { paymentSeconds: 4, callMs: 2_000 };

const tokens = [
  ...Array<string>(8).fill('pm_card_visa'),
  'pm_card_chargeDeclined',
  ...Array<string>(4).fill('pm_card_threeDSecure2Required'),
  'pm_card_threeDSecureRequiredChargeDeclined',
];

test(`whatever breaks, everybody who paid has the seats, and nobody else's money is kept (TEST_SEED=${SEED})`, {
  timeout: 120_000 + CONFIRMATIONS * 60,
}, async () => {
  await using world = await World.open(new Random(SEED));
  await world.run();
  await world.rest();
  await world.expectMoneyFollowsSeats();
});

interface LivingNode {
  readonly life: ShortLife;
  readonly node: PaymentNode;
  readonly notices: PaymentNotices;
}

/** Nodes that die, a provider and webhooks with all faults, and buyers who do what buyers do. */
class World implements AsyncDisposable {
  readonly #random: Random;
  readonly #database: Database;
  readonly #double: StripeDouble;
  readonly #endpoint: Server;
  readonly #close: () => Promise<void>;
  readonly #nodes: LivingNode[] = [];
  readonly #events: Promise<string>[] = [];
  #begun = 0;
  #died = 0;

  static async open(random: Random): Promise<World> {
    const created = await createTestDatabase();
    const database = await openDatabase({ kind: 'postgres', url: created.url, poolSize: 12 });
    const close = async () => {
      await database[Symbol.asyncDispose]();
      await created[Symbol.asyncDispose]();
    };
    const world = new World(random, { database, double: await StripeDouble.open(), close });
    await world.#listen();
    for (let at = 0; at < NODES; at += 1) await world.#replace(at);
    return world;
  }

  private constructor(
    random: Random,
    parts: { readonly database: Database; readonly double: StripeDouble; readonly close: () => Promise<void> },
  ) {
    this.#random = random;
    this.#database = parts.database;
    this.#double = parts.double;
    this.#close = parts.close;
    this.#endpoint = createServer((request, response) => void this.#receive(request, response));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#double[Symbol.asyncDispose]();
    this.#endpoint.close();
    this.#endpoint.closeAllConnections();
    await this.#close();
  }

  async run(): Promise<void> {
    this.#double.interfere = () => someFault(this.#random);
    this.#double.webhooks.plan = () => someDeliveries(this.#random);
    const settling = new AbortController();
    const settled = this.#settleUntil(settling.signal);
    const buyers = Array.from({ length: BUYERS_AT_ONCE }, () => this.#buyers());
    await Promise.all(buyers);
    settling.abort();
    await settled;
    expect(this.#died).toBeGreaterThan(CONFIRMATIONS / 200);
  }

  /** All faults end, and the time of all that is not paid. */
  async rest(): Promise<void> {
    this.#double.interfere = () => 'none';
    this.#double.webhooks.plan = () => [];
    await using healthy = await PaymentNode.open({ database: this.#database, ...this.#stripe(), ...bounds });
    await this.#database.rows(sql`
      update reservations set created_at = now() - interval '1 hour', expires_at = now() - interval '10 seconds'
      where status = 'ACTIVE'`);
    await this.#database.rows(
      sql`update seats set expires_at = now() - interval '10 seconds' where status = 'RESERVED'`,
    );
    await settleAll(this.#database, healthy);
    const { signal } = new AbortController();
    const reconciling = { database: this.#database, provider: this.#stripe().provider, sinceMs: 0, signal };
    // Stripe keeps its own faults for an idempotency key. The next attempt, with another key, may make a second payment.
    const { differences } = await reconcilePayments(reconciling);
    expect(differences.filter(({ what }) => !what.startsWith('a second attempt'))).toEqual([]);
    expect((await reconcilePayments(reconciling)).differences).toEqual([]);
    const isHeld = async () => (await overdueReservations(this.#database, 0, 1)).length > 0;
    while (await isHeld()) await expireOverdue(this.#database, healthy.telemetry);
  }

  async expectMoneyFollowsSeats(): Promise<void> {
    const broken: Verdict[] = [];
    await verify(this.#database, { overdueSeconds: null }, (verdict) => {
      if (verdict.count > 0) broken.push(verdict);
    });
    expect(broken).toEqual([]);

    const intents = this.#double.account.intents.all();
    const moving = intents.filter(({ status }) => status !== 'succeeded' && status !== 'canceled');
    expect(moving).toEqual([]);
    const kept = new Map<string, number>();
    for (const { metadata, charge } of intents) {
      const taken = charge?.captured ? charge.amountCaptured - charge.amountRefunded : 0;
      const reservation = metadata.holdfast_reservation ?? '';
      if (taken > 0) expect(kept.has(reservation), `${reservation} is paid twice`).toBe(false);
      if (taken > 0) kept.set(reservation, taken);
    }
    const bookings = await this.#database.rows<{ reservation: string; amount: string }>(sql`
      select reservation_id as reservation, total_amount as amount from bookings`);
    expect(new Map(bookings.map(({ reservation, amount }) => [reservation, Number(amount)]))).toEqual(kept);
    expect(bookings.length).toBeGreaterThan(CONFIRMATIONS / 5);
    process.stderr.write(
      `${CONFIRMATIONS} confirmations: ${bookings.length} bookings, ${intents.length} payments, ${this.#double.calls.length} calls, ${this.#died} nodes died\n`,
    );
  }

  /** One after the other, each with seats of their own. */
  async #buyers(): Promise<void> {
    while (this.#begun < CONFIRMATIONS) {
      const place = this.#begun++;
      const reservation = await this.#reserve(place);
      await this.#buy(reservation);
    }
  }

  async #reserve(place: number): Promise<ReservationRecord> {
    const at = Math.floor(place / (SEATS_PER_EVENT / 2));
    this.#events[at] ??= createSampleEvent(this.#database, SEATS_PER_EVENT);
    const eventId = await this.#events[at];
    const seat = (place % (SEATS_PER_EVENT / 2)) * 2;
    return hold(this.#database, eventId, [seat, seat + 1]);
  }

  async #buy(reservation: ReservationRecord): Promise<void> {
    const random = this.#random.fork();
    const tabs = random.chance(0.1) ? 2 : 1;
    if (random.chance(0.05)) await this.#letLapse(reservation, random);
    await Promise.all(Array.from({ length: tabs }, () => this.#pay(reservation, random.fork())));
  }

  /** Before it is paid, or while it is. Somebody else may want the seats. */
  async #letLapse(reservation: ReservationRecord, random: Random): Promise<void> {
    const lapsing = async () => {
      await sleep(random.between(0, 300));
      await lapse(this.#database, reservation);
      if (!random.chance(0.5)) return;
      const seats = reservation.seatIndexes.slice(0, 1);
      await hold(this.#database, reservation.eventId, seats).catch(() => {});
    };
    const lapsed = lapsing();
    if (random.chance(0.3)) await lapsed;
  }

  /** Tries again where there was no answer, or with another card; or gives up. */
  async #pay(reservation: ReservationRecord, random: Random): Promise<void> {
    let token: string | null = random.pick(tokens);
    for (let tries = 0; tries < 4; tries += 1) {
      const result = await this.#confirm(reservation, token);
      switch (result?.outcome) {
        case 'booked':
        case 'expired':
        case 'not-active':
        case 'not-found':
          return;
        case 'payment-failed':
          token = random.pick(tokens);
          break;
        case 'action-required':
          if (!this.#answerBank(result.clientSecret, random)) return;
          // The tab is closed, or the buyer comes back.
          if (random.chance(0.3)) return;
          token = null;
          break;
        default:
          if (random.chance(0.2)) return;
      }
    }
  }

  /** Null where there was no answer. */
  async #confirm(reservation: ReservationRecord, token: string | null): Promise<ConfirmResult | null> {
    const { life, node } = await this.#someNode();
    return life.outlived(node.confirm(reservation, token)).catch(() => null);
  }

  /** @returns whether the buyer answered */
  #answerBank(clientSecret: string, random: Random): boolean {
    if (random.chance(0.2)) return false;
    const [id = ''] = clientSecret.split('_secret_');
    const { status } = this.#double.account.intents.find(id);
    if (status === 'requires_action') this.#double.authenticate(id, random.chance(0.8));
    return true;
  }

  async #someNode(): Promise<LivingNode> {
    const at = this.#random.below(NODES);
    if (this.#nodes[at]?.life.isOver) await this.#replace(at);
    return this.#nodes[at] as LivingNode;
  }

  async #replace(at: number): Promise<void> {
    const dead = this.#nodes[at];
    const life = new ShortLife(this.#random, LONGEST_LIFE);
    const { provider, webhook } = this.#stripe();
    const parts = { database: life.store(this.#database), provider: life.provider(provider) };
    const node = await PaymentNode.open({ ...parts, ...bounds, retry: { firstMs: 50, longestMs: 1_000 } });
    // Another one may have taken the place meanwhile.
    if (this.#nodes[at] !== dead) return;
    if (dead !== undefined) this.#died += 1;
    this.#nodes[at] = { life, node, notices: new PaymentNotices({ ...parts, webhook, flow: node.flow }) };
  }

  #stripe() {
    const { provider, webhook } = openStripe(configFor(this.#double, { webhookSecrets: [WEBHOOK_SECRET] }));
    if (webhook === null) throw new Error('there is no webhook');
    return { provider, webhook };
  }

  async #settleUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { life, node } = await this.#someNode();
      await life.outlived(node.settler.round(signal)).catch(() => {});
      await sleep(100);
    }
  }

  async #listen(): Promise<void> {
    this.#endpoint.listen(0, '127.0.0.1');
    await once(this.#endpoint, 'listening');
    const { port } = this.#endpoint.address() as AddressInfo;
    this.#double.webhooks.endpoint = { url: `http://127.0.0.1:${port}/`, secrets: [WEBHOOK_SECRET] };
  }

  /** As a node's server does. The connection of one that dies breaks. */
  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { life, notices } = await this.#someNode();
      const signature = request.headers['stripe-signature'];
      await life.outlived(notices.receive(await buffer(request), String(signature)));
      response.writeHead(200).end();
    } catch {
      response.destroy();
    }
  }
}
