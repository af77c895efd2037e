type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** A wheelchair with a person, as lines within two units around the origin. */
export const wheelchairPath =
  'M-.15-.92a.16.16 0 1 0 .01 0M-.14-.5L-.08.06H.4L.62.62H.8M-.12-.2H.3M-.42-.12A.5.5 0 1 0 .4.5';

/** Shapes of categories, because colours alone do not tell them apart. They fill about the same area. */
const outlines: readonly ((context: Context, radius: number) => void)[] = [
  (context, r) => context.arc(0, 0, r, 0, 2 * Math.PI),
  (context, r) => context.roundRect(-0.88 * r, -0.88 * r, 1.76 * r, 1.76 * r, 0.3 * r),
  (context, r) => corners(context, r * 1.05, 4, 0),
  (context, r) => corners(context, r, 6, Math.PI / 6),
  (context, r) => corners(context, r * 1.08, 3, -Math.PI / 2),
  (context, r) => corners(context, r * 1.02, 5, -Math.PI / 2),
  (context, r) => corners(context, r, 8, Math.PI / 8),
  (context, r) => corners(context, r * 1.08, 3, Math.PI / 2),
];

/** Sets the context's path to the outline of a category's seats, around its origin. */
export function traceShape(context: Context, category: number, radius: number): void {
  context.beginPath();
  outlines[category % outlines.length]?.(context, radius);
  context.closePath();
}

function corners(context: Context, radius: number, count: number, from: number): void {
  for (let corner = 0; corner < count; corner += 1) {
    const angle = from + (corner * 2 * Math.PI) / count;
    context.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
  }
}
