/** Why an organizer's input was not taken, and where in it. */
export interface Refusal {
  readonly ok: false;
  /** `zones[0].rows[2].seats[4].category`; empty for the whole document. */
  readonly path: string;
  readonly message: string;
}

export function refuse(path: string, message: string): Refusal {
  return { ok: false, path, message };
}

/** `['zones', 0, 'rows']` → `zones[0].rows` */
export function pathText(steps: readonly PropertyKey[]): string {
  return steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}
