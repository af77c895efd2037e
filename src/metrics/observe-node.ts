import { type Aggregator, Counter, Gauge, type Registry } from 'prom-client';
import { levels as allLevels, type Levels } from '../levels.ts';
import type { ServerLoad } from '../server/server.ts';
import type { Metrics } from './metrics.ts';

/** What is looked at whenever somebody asks. */
export interface ObservedNode {
  readonly levels: Levels;
  readonly load: ServerLoad;
  /** Requests that wait to be written, of all events. */
  readonly writesWaiting: () => number;
  /** Statements that wait for a connection. */
  readonly statementsWaiting: () => number;
  readonly readsWaiting: () => number;
  readonly seatMaps: () => number;
  readonly loopLagMs: () => number;
}

export function observeNode({ registry }: Metrics, node: ObservedNode): void {
  const { load } = node;
  observeLevels(registry, node.levels);
  gauge('websockets', 'Open websockets', () => load.sockets);
  counter('websocket_messages_total', 'Messages sent over websockets', () => load.messages);
  gauge('operations_under_way', 'Operations being executed', () => load.underWay);
  counter('admission_refusals_total', 'Requests refused as the node had too much to do', () => load.refused);
  gauge('writes_waiting', 'Requests that wait to be written to their event', node.writesWaiting);
  gauge(
    'store_statements_waiting',
    'Statements that wait for a connection to the store, reads apart',
    node.statementsWaiting,
  );
  gauge('store_reads_waiting', 'Reads that wait for a connection to the store', node.readsWaiting);
  gauge('seat_maps', 'Seat maps kept', node.seatMaps);
  gauge('event_loop_lag_seconds', 'How late the process gets to its timers', () => node.loopLagMs() / 1000, 'max');

  /** Of several workers the values are added up, unless something else makes sense. */
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
}

function observeLevels(registry: Registry, levels: Levels): void {
  new Gauge({
    name: 'holdfast_level',
    help: '1 for the level of the node, 0 for the others',
    labelNames: ['level'],
    registers: [registry],
    collect() {
      for (const level of allLevels) this.set({ level }, level === levels.level ? 1 : 0);
    },
  });
  new Counter({
    name: 'holdfast_level_changes_total',
    help: 'How often the level was reached from another',
    labelNames: ['level'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [level, count] of levels.changes) this.inc({ level }, count);
    },
  });
}
