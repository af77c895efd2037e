import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Happenings } from '../../src/telemetry/happenings.ts';
import { logHappenings } from '../../src/telemetry/logs.ts';
import { countHappenings } from '../../src/telemetry/metrics.ts';
import { recordLogs } from '../coordination/logs.ts';

/** One of each kind, which the compiler checks. */
const happenings: Happenings = {
  'operation:done': ['reserve', 'reserved'],
  'mutation:refused': ['rate limit'],
  'gate:answered': ['taken'],
  'request:refused': [],
  'store:answered': ['statement', 3],
  'store:warned': ['Postgres is behind a pooler'],
  'frame:made': [2],
  'subscription:executed': ['seatMap'],
  'map:compared': ['an event', 'equal'],
  'feed:read': ['an event', 'log'],
  'expiry:touched': [3],
  'expiry:announced': [],
  'expiry:unannounced': [1],
  'expiry:ended': [20],
  'sweep:ended': [2],
  'history:removed': ['reservations', 500],
  'consumers:measured': [[{ consumer: 'tickets', changes: 3, oldestMs: 2_000, failingEvents: 0 }]],
  'payment:moved': ['CAPTURED'],
  'payment:unanswered': ['capture'],
  'payments:measured': [{ due: 3, oldestMs: 2_000, failing: 1 }],
  'level:changed': [{ level: 'DEGRADED', was: 'NORMAL', since: new Date(), reasons: ['Redis cannot be reached'] }],
};

const names = Object.keys(happenings) as (keyof Happenings)[];

test.each(names)('%s is counted or logged', async (name) => {
  const telemetry = new EventEmitter<Happenings>();
  const metrics = countHappenings(telemetry);
  const { logger, lines } = recordLogs();
  logHappenings(telemetry, logger);
  const before = await metrics.metrics();
  telemetry.emit(name, ...happenings[name]);
  const isCounted = (await metrics.metrics()) !== before;
  expect({ name, isCounted, isLogged: lines.length > 0 }).not.toEqual({ name, isCounted: false, isLogged: false });
});

test('events are counted by their labels, and amounts are summed', async () => {
  const telemetry = new EventEmitter<Happenings>();
  const metrics = countHappenings(telemetry);
  telemetry.emit('operation:done', 'reserve', 'reserved');
  telemetry.emit('operation:done', 'reserve', 'reserved');
  telemetry.emit('operation:done', 'confirm', 'busy');
  telemetry.emit('frame:made', 7);
  telemetry.emit('frame:made', 0);
  telemetry.emit('store:answered', 'read', 40);
  telemetry.emit('consumers:measured', [{ consumer: 'tickets', changes: 3, oldestMs: 2_000, failingEvents: 1 }]);
  telemetry.emit('payment:moved', 'CAPTURED');
  telemetry.emit('payment:unanswered', 'capture');
  telemetry.emit('payments:measured', { due: 3, oldestMs: 2_000, failing: 1 });
  const text = await metrics.metrics();
  expect(text).toContain('holdfast_reservation_operations_total{operation="reserve",outcome="reserved"} 2\n');
  expect(text).toContain('holdfast_reservation_operations_total{operation="confirm",outcome="busy"} 1\n');
  expect(text).toContain('holdfast_seat_map_frames_total 2\n');
  expect(text).toContain('holdfast_seat_map_frame_seats_total 7\n');
  expect(text).toContain('holdfast_store_seconds_bucket{le="0.025",kind="read"} 0\n');
  expect(text).toContain('holdfast_store_seconds_bucket{le="0.05",kind="read"} 1\n');
  expect(text).toContain('holdfast_consumer_backlog_seconds{consumer="tickets"} 2\n');
  expect(text).toContain('holdfast_payments_total{state="CAPTURED"} 1\n');
  expect(text).toContain('holdfast_payment_faults_total{call="capture"} 1\n');
  expect(text).toContain('holdfast_payment_backlog 3\n');
  expect(text).toContain('holdfast_payment_backlog_seconds 2\n');
  expect(text).toContain('holdfast_failing_payments 1\n');
  telemetry.emit('consumers:measured', []);
  expect(await metrics.metrics()).not.toContain('consumer="tickets"');
});
