/** Dimensions of the house. Lengths are in the plan's units (a seat has 20), angles in degrees; see `arcs.ts`. */

export const size = { width: 2000, height: 1320 };

/** Without I and O, which look like 1 and 0 on a ticket. */
const letters = [...'ABCDEFGHJKLMNPQRSTUVWXYZ'];

export const stage = { back: 45, backHalfWidth: 300, front: 705, halfAngle: 31 };
export const pit = { front: 713, back: 752, halfAngle: 25 };

export const stalls = {
  firstRadius: 792,
  rowSpacing: 33,
  rows: letters.slice(0, 16),
  halfAngle: 30,
  aislesAt: [-12.5, 12.5],
  /** The last row, at the cross aisle: every other place is for a wheelchair, and the mixing desk is in the middle. */
  accessibleRow: 'R',
  premiumRows: letters.slice(2, 10),
};

export const balcony = {
  firstRadius: 1412,
  rowSpacing: 34,
  rows: letters.slice(0, 10),
  halfAngle: 32.5,
  aislesAt: [-17, 0, 17],
};

/** Twelve boxes of four chairs along both side walls, from the stage to the balcony. */
export const boxes = { angle: 35.6, firstRadius: 838, spacing: 86, aSide: 6 };

export const aisleWidth = 58;
export const seatPitch = 25.5;
export const wheelchairPitch = 34;

export function radiusOfLastRow({ firstRadius, rowSpacing, rows }: typeof stalls | typeof balcony): number {
  return firstRadius + (rows.length - 1) * rowSpacing;
}
