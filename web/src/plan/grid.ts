/** A point. */
export interface Placed {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Points in the cells of a grid, so that those in a box or near a point are found quickly. */
export class Grid {
  readonly #points: readonly Placed[];
  readonly #cell: number;
  readonly #cells = new Map<string, number[]>();

  constructor(points: readonly Placed[], cell: number) {
    this.#points = points;
    this.#cell = cell;
    for (const [index, point] of points.entries()) {
      const { x, y } = this.#cellOf(point);
      const key = this.#key(x, y);
      const inCell = this.#cells.get(key);
      if (inCell === undefined) this.#cells.set(key, [index]);
      else inCell.push(index);
    }
  }

  /** Positions of the points in the box, in no particular order. */
  within({ left, top, right, bottom }: Box): number[] {
    const found: number[] = [];
    for (const index of this.#near({ left, top, right, bottom })) {
      const point = this.#points[index];
      if (point && point.x >= left && point.x <= right && point.y >= top && point.y <= bottom) found.push(index);
    }
    return found;
  }

  /** Position of the nearest point within `reach`; null if there is none. */
  nearest({ x, y }: Placed, reach: number): number | null {
    let best: number | null = null;
    let bestDistance = reach;
    for (const index of this.#near({ left: x - reach, top: y - reach, right: x + reach, bottom: y + reach })) {
      const point = this.#points[index];
      const distance = point === undefined ? Number.POSITIVE_INFINITY : Math.hypot(point.x - x, point.y - y);
      if (distance > bestDistance) continue;
      best = index;
      bestDistance = distance;
    }
    return best;
  }

  *#near({ left, top, right, bottom }: Box): Iterable<number> {
    const [from, to] = [this.#cellOf({ x: left, y: top }), this.#cellOf({ x: right, y: bottom })];
    // The box may have more cells than the grid.
    if ((to.x - from.x + 1) * (to.y - from.y + 1) > this.#cells.size) {
      for (const inCell of this.#cells.values()) yield* inCell;
      return;
    }
    for (let column = from.x; column <= to.x; column += 1) {
      for (let row = from.y; row <= to.y; row += 1) yield* this.#cells.get(this.#key(column, row)) ?? [];
    }
  }

  #cellOf({ x, y }: Placed): Placed {
    return { x: Math.floor(x / this.#cell), y: Math.floor(y / this.#cell) };
  }

  #key(column: number, row: number): string {
    return `${column} ${row}`;
  }
}
