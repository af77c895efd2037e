import { Histogram, Registry } from 'prom-client';
import { ConsumerBacklogs } from './consumer-backlogs.ts';
import { Tally } from './tally.ts';

const storeSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const latenessSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15];

/** What a node counts, under the names that operators see. No label has a value that comes from outside. */
export class Metrics {
  readonly registry = new Registry();
  readonly operations = new Tally(
    this.registry,
    'reservation_operations_total',
    'What buyers did with reservations, by what came of it; busy: refused for now',
    ['operation', 'outcome'],
  );
  readonly refusals = new Tally(
    this.registry,
    'refusals_total',
    'Mutations turned away by a rate limit, the seat map, the gate, the queue of writes of their event, or the store',
    ['layer'],
  );
  readonly gateAnswers = new Tally(this.registry, 'gate_answers_total', 'Answers of the gate; skipped: not asked', [
    'answer',
  ]);
  readonly frames = new Tally(this.registry, 'seat_map_frames_total', 'Frames of changes of seat maps');
  readonly framedSeats = new Tally(this.registry, 'seat_map_frame_seats_total', 'Seats in these frames');
  readonly executions = new Tally(
    this.registry,
    'subscription_executions_total',
    'Messages made, each for all who subscribe alike',
    ['field'],
  );
  readonly comparisons = new Tally(
    this.registry,
    'seat_map_comparisons_total',
    'Comparisons of seat maps with the store; missed: one of them had changed meanwhile',
    ['result'],
  );
  readonly feedReads = new Tally(
    this.registry,
    'event_feed_reads_total',
    'Times that what was missed of an event was read: from its log, or the whole event anew',
    ['what'],
  );
  readonly pokes = new Tally(this.registry, 'expiry_pokes_total', 'Reservations poked at their deadline');
  readonly announcements = new Tally(this.registry, 'expiry_announcements_total', 'Of them, those announced as over');
  readonly fallbacks = new Tally(
    this.registry,
    'expiry_fallbacks_total',
    'Of them, those not announced in time, of which the store was asked',
  );
  readonly swept = new Tally(this.registry, 'swept_reservations_total', 'Reservations that only the sweep ended');
  readonly removedReservations = new Tally(
    this.registry,
    'removed_reservations_total',
    'Reservations removed from the store, as they ended long ago without a booking',
  );
  readonly removedChanges = new Tally(
    this.registry,
    'removed_changes_total',
    'Changes removed from the change log, as their event began long ago',
  );
  readonly consumerBacklogs = new ConsumerBacklogs(this.registry);
  /** In seconds. */
  readonly expiryLateness = new Histogram({
    name: 'holdfast_expiry_lateness_seconds',
    help: 'How long after its deadline the end of a reservation was written, by this node',
    buckets: latenessSeconds,
    registers: [this.registry],
  });
  /** In seconds. */
  readonly storeLatency = new Histogram({
    name: 'holdfast_store_seconds',
    help: 'How long the store took, from when it was asked',
    labelNames: ['kind'],
    buckets: storeSeconds,
    registers: [this.registry],
  });
}
