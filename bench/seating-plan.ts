const ROWS = 100;

/** A plan in pretix's format with at least this many seats, in a hundred rows of equal length. */
export function seatingPlanOf(seatCount: number) {
  const perRow = Math.ceil(seatCount / ROWS);
  return {
    name: 'Arena',
    categories: [{ name: 'Arena', color: '#225588' }],
    size: { width: perRow * 20, height: ROWS * 20 },
    zones: [
      {
        name: 'Arena',
        position: { x: 0, y: 0 },
        rows: Array.from({ length: ROWS }, (_, row) => ({
          row_number: String(row + 1),
          position: { x: 0, y: row * 20 },
          seats: Array.from({ length: perRow }, (_, place) => ({
            seat_guid: `${row + 1}-${place + 1}`,
            seat_number: String(place + 1),
            category: 'Arena',
            position: { x: place * 20, y: 0 },
          })),
        })),
      },
    ],
  };
}
