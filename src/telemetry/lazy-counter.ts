import { Counter, type Registry } from 'prom-client';

/**
 * A counter for hot paths: counting costs one addition, and the value is passed to prom-client only when metrics are collected.
 * @param name without the prefix, in the style of Prometheus
 */
export class LazyCounter<Name extends string = never> {
  readonly #counts = new Map<string, { readonly labels: Partial<Record<Name, string>>; value: number }>();
  readonly #names: readonly Name[];

  constructor(registry: Registry, name: string, help: string, names: readonly Name[] = []) {
    this.#names = names;
    const counts = this.#counts;
    new Counter({
      name: `holdfast_${name}`,
      help,
      labelNames: [...names],
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, value } of counts.values()) this.inc(labels, value);
      },
    });
  }

  /** Adds to the count. `values` are in the order of the labels' names. */
  add(values: readonly string[] = [], by = 1): void {
    const key = values.join();
    const count = this.#counts.get(key);
    if (count === undefined) this.#counts.set(key, { labels: this.#labelled(values), value: by });
    else count.value += by;
  }

  #labelled(values: readonly string[]): Partial<Record<Name, string>> {
    const labels: Partial<Record<Name, string>> = {};
    for (const [at, name] of this.#names.entries()) labels[name] = values[at] ?? '';
    return labels;
  }
}
