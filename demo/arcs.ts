import type { Point } from '../src/domain/layout.ts';

/**
 * The house is drawn on circles around one point behind the stage. A place has a distance from it, and an angle in degrees: 0 is the
 * middle of the house, negative is left.
 */
export const centre: Point = { x: 1000, y: -490 };

/** Straight segments of a drawn arc. */
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

/** Angle in degrees of an arc of this length and radius. */
export function degreesOf(length: number, radius: number): number {
  return (length / radius) * (180 / Math.PI);
}

/** Angles at least `pitch` apart, evenly distributed, so that rows begin and end in line with the aisle. */
export function spread({ radius, from, to }: Arc, pitch: number): number[] {
  const gaps = Math.floor((radius * radians(to - from)) / pitch);
  return steps(from, to, gaps);
}

/** Splits a row by aisles that point at the stage, and have the same width in every row. */
export function blocks({ radius, from, to }: Arc, aislesAt: readonly number[], aisleWidth: number): Arc[] {
  const half = degreesOf(aisleWidth / 2, radius);
  const starts = [from, ...aislesAt.map((aisle) => aisle + half)];
  const ends = [...aislesAt.map((aisle) => aisle - half), to];
  return starts.map((start, block) => ({ radius, from: start, to: ends[block] ?? to }));
}

/** Corners of a sector of a ring, from the left end of the inner circle to that of the outer one. */
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
