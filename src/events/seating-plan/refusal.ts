/** Why an organizer's input was refused: its faults in the order of the input, at most `maxFaults`. */
export interface Refusal {
  readonly ok: false;
  readonly faults: readonly [Fault, ...Fault[]];
}

export interface Fault {
  /** `zones[0].rows[2].seats[4].category`; empty for the whole document. */
  readonly path: string;
  readonly message: string;
}

/** Faults in one refusal. A mistake in an editor is often repeated in every row. */
export const maxFaults = 20;

export function refuse(path: string, message: string): Refusal {
  return { ok: false, faults: [{ path, message }] };
}

/** Null if there are no faults. Reads at most `maxFaults`. */
export function refuseAll(faults: Iterable<Fault>): Refusal | null {
  const told: Fault[] = [];
  for (const fault of faults) if (told.push(fault) === maxFaults) break;
  const [first, ...others] = told;
  return first === undefined ? null : { ok: false, faults: [first, ...others] };
}

/** The same faults, for a value at `path` in a larger input. */
export function within(path: string, { faults: [first, ...others] }: Refusal): Refusal {
  const move = ({ path: inner, message }: Fault): Fault => ({ path: joined(path, inner), message });
  return { ok: false, faults: [move(first), ...others.map(move)] };
}

function joined(path: string, inner: string): string {
  if (path === '' || inner === '') return path + inner;
  return inner.startsWith('[') ? `${path}${inner}` : `${path}.${inner}`;
}

/** `['zones', 0, 'rows']` → `zones[0].rows` */
export function pathText(steps: readonly PropertyKey[]): string {
  return steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}
