import type { PlanSeat } from '../plan/plan.ts';
import { type Camera, type Size, toScreen } from './camera.ts';
import type { Theme } from './theme.ts';

/** Seats to point out on the map, with a label. */
export interface Mark {
  readonly kind: 'lost' | 'offered';
  readonly seats: readonly PlanSeat[];
  readonly text: string;
}

const LEAST_RADIUS_PX = 9;
const FLAG_PX = { height: 22, padding: 8, above: 8 };

interface Place {
  readonly camera: Camera;
  readonly view: Size;
  /** Distance between seats, in the plan's units. */
  readonly spacing: number;
}

/** Draws rings around marked seats, crosses lost ones out, and draws a label above them. The context's units are CSS pixels. */
export function drawMarks(context: CanvasRenderingContext2D, marks: readonly Mark[], place: Place, theme: Theme): void {
  const { camera, view, spacing } = place;
  const radius = Math.max(LEAST_RADIUS_PX, spacing * camera.scale * 0.6);
  for (const { kind, seats, text } of marks) {
    const points = seats.map((seat) => toScreen(camera, view, seat));
    context.strokeStyle = theme[kind];
    context.lineWidth = 3;
    context.setLineDash(kind === 'offered' ? [5, 4] : []);
    for (const { x, y } of points) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (kind === 'lost') {
        context.moveTo(x - radius * 0.7, y + radius * 0.7);
        context.lineTo(x + radius * 0.7, y - radius * 0.7);
      }
      context.stroke();
    }
    context.setLineDash([]);
    if (points.length > 0)
      drawFlag(context, flagOver(points, radius, kind), text, { color: theme[kind], onFlag: theme.onFlag });
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Labels of lost and offered seats, which are close to each other, are on different sides. */
function flagOver(points: readonly Point[], radius: number, kind: Mark['kind']): Point {
  const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const away = radius + FLAG_PX.above + FLAG_PX.height / 2;
  return kind === 'lost'
    ? { x, y: Math.min(...points.map(({ y }) => y)) - away }
    : { x, y: Math.max(...points.map(({ y }) => y)) + away };
}

function drawFlag(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  text: string,
  { color, onFlag }: { readonly color: string; readonly onFlag: string },
): void {
  context.font = '600 13px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const width = context.measureText(text).width + 2 * FLAG_PX.padding;
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(x - width / 2, y - FLAG_PX.height / 2, width, FLAG_PX.height, FLAG_PX.height / 2);
  context.fill();
  context.fillStyle = onFlag;
  context.fillText(text, x, y);
}
