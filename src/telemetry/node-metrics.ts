import { type Aggregator, Counter, Gauge, type Registry } from 'prom-client';
import type { Level } from './happenings.ts';
import { levels } from './service-health.ts';

/** Values that are read whenever metrics are collected. */
export interface ObservedNode {
  readonly level: () => Level;
  readonly websockets: () => number;
  /** Messages sent so far. Read instead of emitted, because there is one for each subscriber of each frame. */
  readonly websocketMessages: () => number;
  readonly eventStreams: () => number;
  readonly eventStreamMessages: () => number;
  readonly operationsInFlight: () => number;
  /** Requests that wait to be written, for all events. */
  readonly writesWaiting: () => number;
  /** Statements that wait for a connection. */
  readonly statementsWaiting: () => number;
  readonly readsWaiting: () => number;
  readonly seatMaps: () => number;
  readonly loopLagMs: () => number;
}

export function observeNode(registry: Registry, node: ObservedNode): void {
  gauge('websockets', 'Open websockets', node.websockets);
  gauge('event_streams', 'Open streams of server-sent events', node.eventStreams);
  gauge('operations_in_flight', 'Operations being executed', node.operationsInFlight);
  gauge('writes_waiting', 'Requests that wait to be written to their event', node.writesWaiting);
  gauge(
    'store_statements_waiting',
    'Statements that wait for a connection to the store, reads apart',
    node.statementsWaiting,
  );
  gauge('store_reads_waiting', 'Reads that wait for a connection to the store', node.readsWaiting);
  gauge('seat_maps', 'Seat maps kept', node.seatMaps);
  gauge('event_loop_lag_seconds', 'How late the process gets to its timers', () => node.loopLagMs() / 1000, 'max');
  counter('websocket_messages_total', 'Messages sent over websockets', node.websocketMessages);
  counter('event_stream_messages_total', 'Messages sent by server-sent events', node.eventStreamMessages);
  new Gauge({
    name: 'holdfast_level',
    help: '1 for the level of the node, 0 for the others',
    labelNames: ['level'],
    registers: [registry],
    collect() {
      for (const level of levels) this.set({ level }, level === node.level() ? 1 : 0);
    },
  });

  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name: `holdfast_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** The values of several workers are added up, unless the aggregator says otherwise. */
  function gauge(name: string, help: string, read: () => number, aggregator: Aggregator = 'sum'): void {
    new Gauge({
      aggregator,
      name: `holdfast_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
}
