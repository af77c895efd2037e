import { AsyncStack } from '../../src/async-stack.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { type Bound, describeBounds, isKept } from '../bounds.ts';
import { describeMachine } from '../machine.ts';
import { keepResults } from '../results.ts';
import { quantileOf } from '../statistics.ts';
import { tableOf } from '../table.ts';
import { besideASale } from './beside-a-sale.ts';
import type { WorstQueryOptions } from './options.ts';
import { randomFrom } from './random.ts';
import { type Selection, Selections, textOf } from './selections.ts';
import { MeasuredServer, type Took } from './server.ts';

const most: Readonly<Took> = { cpuMs: 50, bytes: 2_000_000, statements: 20 };
const MOST_SLOWDOWN = 1.2;
type Measure = keyof Took;
const MEASURES = Object.keys(most) as Measure[];

/** Number of operations kept for each measure, to be changed again. */
const KEPT = 5;
/** Changes at once. */
const MOST_CHANGES = 30;
/** Share of operations that are created anew. */
const SHARE_FRESH = 0.2;
/** Number of measurements of the worst operation, of which the median counts, because some include a garbage collection. */
const REPEATED = 9;

interface Tried {
  readonly selection: Selection;
  readonly took: Took;
}

/** Resolves to the exit code: 1 if a bound is missed. */
export async function worstQuery(options: WorstQueryOptions): Promise<number> {
  const machine = describeMachine();
  await using resources = new AsyncStack();
  const server = await MeasuredServer.open(resources);
  const random = randomFrom(options.seed);
  const search = new Search(new Selections(createSchema([]), server.values, random), random);
  for (let tries = 0; tries < options.tries; tries += 1) {
    const selection = search.next();
    search.note(selection, await server.take(textOf(selection)));
    if (tries % 100 === 99) process.stderr.write(`${tries + 1} of ${options.tries} tried\n`);
  }
  const worst = [];
  for (const measure of MEASURES) {
    const text = textOf(search.worst(measure));
    const values: number[] = [];
    for (let times = 0; times < REPEATED; times += 1) values.push((await server.take(text))?.[measure] ?? Number.NaN);
    worst.push({ measure, value: quantileOf(values, 0.5), text });
  }
  const query = textOf(search.worst('cpuMs'));
  const slowdown = await besideASale(server, resources, { query, ...options });
  const bounds: Bound[] = [
    ...worst.map(({ measure, value }) => ({ name: measure, value, most: most[measure] })),
    { name: 'median of reservations with it once a second, of that without', value: slowdown.p50, most: MOST_SLOWDOWN },
    { name: 'p99 of reservations with it once a second, of that without', value: slowdown.p99, most: MOST_SLOWDOWN },
  ];
  const rows = worst.map(({ measure, value, text }) => [measure, value.toFixed(1), text.slice(0, 100)]);
  const { refused } = search;
  const said = `${options.tries} operations tried, ${refused} of them refused`;
  process.stdout.write([tableOf(['most', 'took', 'operation'], rows), said, describeBounds(bounds), ''].join('\n\n'));
  await keepResults('worst-query', { measuredAt: new Date().toISOString(), machine, options, refused, bounds, worst });
  return bounds.every(isKept) ? 0 : 1;
}

/** Hill climbing: expensive operations are extended until they are refused. */
class Search {
  refused = 0;
  readonly #selections: Selections;
  readonly #random: () => number;
  readonly #best: Readonly<Record<Measure, Tried[]>> = { cpuMs: [], bytes: [], statements: [] };

  constructor(selections: Selections, random: () => number) {
    this.#selections = selections;
    this.#random = random;
  }

  next(): Selection {
    const kept = MEASURES.flatMap((measure) => this.#best[measure]);
    const from = kept[Math.floor(this.#random() * kept.length)];
    if (from === undefined || this.#random() < SHARE_FRESH) return this.#selections.fresh();
    let { selection } = from;
    const changes = 1 + Math.floor(this.#random() ** 2 * MOST_CHANGES);
    for (let made = 0; made < changes; made += 1) {
      selection = this.#random() < 0.8 ? this.#selections.grown(selection) : this.#selections.shrunk(selection);
    }
    return selection;
  }

  /** @param took null if it was refused */
  note(selection: Selection, took: Took | null): void {
    if (took === null) {
      this.refused += 1;
      return;
    }
    for (const measure of MEASURES) {
      const best = this.#best[measure];
      best.push({ selection, took });
      best.sort((one, other) => other.took[measure] - one.took[measure]);
      best.length = Math.min(best.length, KEPT);
    }
  }

  worst(measure: Measure): Selection {
    const [first] = this.#best[measure];
    if (first === undefined) throw new Error('no operation was answered');
    return first.selection;
  }
}
