import type { Point } from '../src/domain/layout.ts';

/**
 * The whole house is drawn on circles about one point behind the stage. A place is told by its distance from there and
 * its angle in degrees: 0 straight down the middle of the house, negative to the left as drawn.
 */
export const centre: Point = { x: 1000, y: -490 };

/** Straight pieces in a drawn arc. */
const smoothness = 24;

export interface Arc {
  readonly radius: number;
  readonly from: number;
  readonly to: number;
}

export function at(radius: number, degrees: number): Point {
  const angle = radians(degrees);
  return { x: centre.x + radius * Math.sin(angle), y: centre.y + radius * Math.cos(angle) };
}

/** The degrees that `length` covers on a circle of `radius`. */
export function degreesOf(length: number, radius: number): number {
  return (length / radius) * (180 / Math.PI);
}

/** As many angles as fit `pitch` apart, then drawn out evenly, so that rows begin and end in line with the aisle. */
export function spread({ radius, from, to }: Arc, pitch: number): number[] {
  const gaps = Math.floor((radius * radians(to - from)) / pitch);
  return steps(from, to, gaps);
}

/** A row cut by aisles that point at the stage and are as wide at every row. */
export function blocks({ radius, from, to }: Arc, aislesAt: readonly number[], aisleWidth: number): Arc[] {
  const half = degreesOf(aisleWidth / 2, radius);
  const starts = [from, ...aislesAt.map((aisle) => aisle + half)];
  const ends = [...aislesAt.map((aisle) => aisle - half), to];
  return starts.map((start, block) => ({ radius, from: start, to: ends[block] ?? to }));
}

/** The corners of a piece of ring, from the inner circle's left end round to the outer one's. */
export function ring(inner: number, outer: number, halfAngle: number): Point[] {
  const angles = steps(-halfAngle, halfAngle, smoothness);
  return [...angles.map((angle) => at(inner, angle)), ...angles.toReversed().map((angle) => at(outer, angle))];
}

function steps(from: number, to: number, gaps: number): number[] {
  return Array.from({ length: gaps + 1 }, (_, step) => from + ((to - from) * step) / gaps);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
