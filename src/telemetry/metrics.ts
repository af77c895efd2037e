import { Gauge, Histogram, Registry } from 'prom-client';
import type { ConsumerBacklog } from '../domain/change.ts';
import type { PaymentBacklog } from '../domain/payment.ts';
import type { HappeningSource } from './happenings.ts';
import { LazyCounter } from './lazy-counter.ts';
import { levels } from './service-health.ts';

const storeSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const latenessSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15];

/** Counts events under the metrics' names. No label has a value that comes from outside. */
export function countHappenings(happenings: HappeningSource): Registry {
  const registry = new Registry();
  countSales(happenings, registry);
  countStore(happenings, registry);
  countLiveMaps(happenings, registry);
  countExpiry(happenings, registry);
  countHousekeeping(happenings, registry);
  countPayments(happenings, registry);
  countLevels(happenings, registry);
  return registry;
}

function countSales(happenings: HappeningSource, registry: Registry): void {
  const operations = new LazyCounter(
    registry,
    'reservation_operations_total',
    'What buyers did with reservations, by what came of it; busy: refused for now',
    ['operation', 'outcome'],
  );
  happenings.on('operation:done', (operation, outcome) => operations.add([operation, outcome]));
  const refusals = new LazyCounter(
    registry,
    'refusals_total',
    'Mutations turned away by a rate limit, the seat map, the gate, the queue of writes of their event, or the store',
    ['layer'],
  );
  happenings.on('mutation:refused', (by) => refusals.add([by]));
  const gateAnswers = new LazyCounter(registry, 'gate_answers_total', 'Answers of the gate; skipped: not asked', [
    'answer',
  ]);
  happenings.on('gate:answered', (answer) => gateAnswers.add([answer]));
  const unread = new LazyCounter(
    registry,
    'admission_refusals_total',
    'Requests refused as the node had too much to do',
  );
  happenings.on('request:refused', () => unread.add());
}

function countStore(happenings: HappeningSource, registry: Registry): void {
  const latency = new Histogram({
    name: 'holdfast_store_seconds',
    help: 'How long the store took, from when it was asked',
    labelNames: ['kind'],
    buckets: storeSeconds,
    registers: [registry],
  });
  happenings.on('store:answered', (kind, tookMs) => latency.observe({ kind }, tookMs / 1000));
}

function countLiveMaps(happenings: HappeningSource, registry: Registry): void {
  const frames = new LazyCounter(registry, 'seat_map_frames_total', 'Frames of changes of seat maps');
  const framedSeats = new LazyCounter(registry, 'seat_map_frame_seats_total', 'Seats in these frames');
  happenings.on('frame:made', (seats) => {
    frames.add();
    framedSeats.add([], seats);
  });
  const executions = new LazyCounter(
    registry,
    'subscription_executions_total',
    'Messages made, each for all who subscribe alike',
    ['field'],
  );
  happenings.on('subscription:executed', (field) => executions.add([field]));
  const comparisons = new LazyCounter(
    registry,
    'seat_map_comparisons_total',
    'Comparisons of seat maps with the store; missed: one of them had changed meanwhile',
    ['result'],
  );
  happenings.on('map:compared', (_eventId, result) => comparisons.add([result]));
  const reads = new LazyCounter(
    registry,
    'event_feed_reads_total',
    'Times that what was missed of an event was read: from its log, or the whole event anew',
    ['what'],
  );
  happenings.on('feed:read', (_eventId, what) => reads.add([what]));
}

function countExpiry(happenings: HappeningSource, registry: Registry): void {
  const touches = new LazyCounter(
    registry,
    'expiry_touches_total',
    'Reservations whose key was touched at their deadline',
  );
  happenings.on('expiry:touched', (reservations) => touches.add([], reservations));
  const announcements = new LazyCounter(registry, 'expiry_announcements_total', 'Of them, those announced as over');
  happenings.on('expiry:announced', () => announcements.add());
  const fallbacks = new LazyCounter(
    registry,
    'expiry_fallbacks_total',
    'Of them, those not announced in time, of which the store was asked',
  );
  happenings.on('expiry:unannounced', (reservations) => fallbacks.add([], reservations));
  const lateness = new Histogram({
    name: 'holdfast_expiry_lateness_seconds',
    help: 'How long after its deadline the end of a reservation was written, by this node',
    buckets: latenessSeconds,
    registers: [registry],
  });
  happenings.on('expiry:ended', (lateMs) => lateness.observe(lateMs / 1000));
}

function countHousekeeping(happenings: HappeningSource, registry: Registry): void {
  const swept = new LazyCounter(registry, 'swept_reservations_total', 'Reservations that only the sweep ended');
  happenings.on('sweep:ended', (reservations) => swept.add([], reservations));
  const removed = {
    reservations: new LazyCounter(
      registry,
      'removed_reservations_total',
      'Reservations removed from the store, as they ended long ago without a booking',
    ),
    changes: new LazyCounter(
      registry,
      'removed_changes_total',
      'Changes removed from the change log, as their event began long ago',
    ),
  };
  happenings.on('history:removed', (what, rows) => removed[what].add([], rows));
  const backlog = (name: string, help: string, read: (backlog: ConsumerBacklog) => number) => {
    // All nodes see the same value.
    const gauge = new Gauge({
      ...{ name: `holdfast_${name}`, help, labelNames: ['consumer'], registers: [registry] },
      aggregator: 'max',
    });
    happenings.on('consumers:measured', (backlogs) => {
      // Consumers that are no longer registered disappear.
      gauge.reset();
      for (const each of backlogs) gauge.set({ consumer: each.consumer }, read(each));
    });
  };
  backlog('consumer_backlog_changes', 'Changes that the consumer has yet to handle', ({ changes }) => changes);
  backlog('consumer_backlog_seconds', 'How long ago the oldest of them was written', ({ oldestMs }) => oldestMs / 1000);
  backlog('consumer_failing_events', 'Events at which it failed, and will try again', (it) => it.failingEvents);
}

function countPayments(happenings: HappeningSource, registry: Registry): void {
  const states = new LazyCounter(registry, 'payments_total', 'How often a payment reached the state', ['state']);
  happenings.on('payment:moved', (state) => states.add([state]));
  const faults = new LazyCounter(
    registry,
    'payment_faults_total',
    'Calls of the payment provider that failed, or were not answered in time',
    ['call'],
  );
  happenings.on('payment:unanswered', (call) => faults.add([call]));
  const backlog = (name: string, help: string, read: (backlog: PaymentBacklog) => number) => {
    // All nodes see the same value.
    const gauge = new Gauge({ name: `holdfast_${name}`, help, registers: [registry], aggregator: 'max' });
    happenings.on('payments:measured', (measured) => gauge.set(read(measured)));
  };
  backlog('payment_backlog', 'Payments that are due to be settled', ({ due }) => due);
  backlog(
    'payment_backlog_seconds',
    'For how long the one that waits the longest has been due',
    (it) => it.oldestMs / 1000,
  );
  backlog('failing_payments', 'Payments whose last call of the provider failed', ({ failing }) => failing);
}

function countLevels(happenings: HappeningSource, registry: Registry): void {
  const changes = new LazyCounter(registry, 'level_changes_total', 'How often the level was reached from another', [
    'level',
  ]);
  for (const level of levels) changes.add([level], 0);
  happenings.on('level:changed', ({ level }) => changes.add([level]));
}
