import { Gauge, type Registry } from 'prom-client';
import type { ConsumerBacklog } from '../store/consumer-cursors.ts';

/** What the store was last seen to have for each consumer of the change log. All nodes see the same. */
export class ConsumerBacklogs {
  readonly #gauges: readonly {
    readonly gauge: Gauge<'consumer'>;
    readonly read: (backlog: ConsumerBacklog) => number;
  }[];

  constructor(registry: Registry) {
    const gauge = (name: string, help: string, read: (backlog: ConsumerBacklog) => number) => ({
      gauge: new Gauge({
        name: `holdfast_${name}`,
        help,
        labelNames: ['consumer'],
        aggregator: 'max',
        registers: [registry],
      }),
      read,
    });
    this.#gauges = [
      gauge('consumer_backlog_changes', 'Changes that the consumer has yet to handle', ({ changes }) => changes),
      gauge(
        'consumer_backlog_seconds',
        'How long ago the oldest of them was written',
        ({ oldestMs }) => oldestMs / 1000,
      ),
      gauge(
        'consumer_failing_events',
        'Events at which it failed, and will try again',
        ({ failingEvents }) => failingEvents,
      ),
    ];
  }

  show(backlogs: readonly ConsumerBacklog[]): void {
    for (const { gauge, read } of this.#gauges) {
      // One that is no longer registered is no longer shown.
      gauge.reset();
      for (const backlog of backlogs) gauge.set({ consumer: backlog.consumer }, read(backlog));
    }
  }
}
