/** A documented bound of a figure. */
export interface Bound {
  readonly name: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}

export function isKept({ value, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: Bound): boolean {
  return value >= least && value <= most;
}

/** Describes each bound in one line. */
export function describeBounds(bounds: readonly Bound[]): string {
  return bounds
    .map((bound) => {
      return `${isKept(bound) ? 'kept  ' : 'MISSED'}  ${bound.name}: ${bound.value.toFixed(2)} (${allowed(bound)})`;
    })
    .join('\n');
}

function allowed({ least, most }: Bound): string {
  if (least === most) return `exactly ${most}`;
  return [least === undefined ? '' : `at least ${least}`, most === undefined ? '' : `at most ${most}`]
    .filter((text) => text !== '')
    .join(', ');
}
