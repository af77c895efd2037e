/** What an issue or the documentation promises of a figure. */
export interface Bound {
  readonly name: string;
  readonly value: number;
  readonly least?: number;
  readonly most: number;
}

export function isKept({ value, least = Number.NEGATIVE_INFINITY, most }: Bound): boolean {
  return value >= least && value <= most;
}

/** One line a bound. */
export function describeBounds(bounds: readonly Bound[]): string {
  return bounds
    .map((bound) => {
      const allowed = bound.least === bound.most ? `exactly ${bound.most}` : `at most ${bound.most}`;
      return `${isKept(bound) ? 'kept  ' : 'MISSED'}  ${bound.name}: ${bound.value.toFixed(2)} (${allowed})`;
    })
    .join('\n');
}
