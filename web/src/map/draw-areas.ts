import type { AreaDrawingFragment } from 'holdfast/client';

/** Draws what is no seat; the context's units are the plan's. */
export function drawAreas(context: CanvasRenderingContext2D, areas: readonly AreaDrawingFragment[]): void {
  for (const area of areas) {
    context.save();
    drawShape(context, area);
    context.restore();
  }
  // Above all shapes, so that none hides another's words.
  for (const area of areas) drawText(context, area);
}

function drawShape(context: CanvasRenderingContext2D, area: AreaDrawingFragment): void {
  context.beginPath();
  trace(context, area);
  context.lineWidth = 1.5;
  if (area.color) {
    context.fillStyle = area.color;
    context.fill();
  }
  if (area.borderColor) {
    context.strokeStyle = area.borderColor;
    context.stroke();
  }
}

function trace(
  context: CanvasRenderingContext2D,
  { shape, position, rotation, size, radius, points }: AreaDrawingFragment,
) {
  const turned = () => {
    context.translate(position.x, position.y);
    context.rotate((rotation * Math.PI) / 180);
  };
  switch (shape) {
    case 'RECTANGLE':
      turned();
      context.rect(0, 0, size?.width ?? 0, size?.height ?? 0);
      break;
    case 'CIRCLE':
    case 'ELLIPSE':
      turned();
      context.ellipse(0, 0, radius?.x ?? 0, radius?.y ?? 0, 0, 0, 2 * Math.PI);
      break;
    case 'POLYGON':
      tracePolygon(context, points, position, rotation);
      break;
    case 'TEXT':
      break;
  }
}

type Point = AreaDrawingFragment['position'];

function tracePolygon(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  origin: Point,
  rotation: number,
): void {
  context.translate(origin.x, origin.y);
  context.rotate((rotation * Math.PI) / 180);
  for (const { x, y } of points) context.lineTo(x - origin.x, y - origin.y);
  context.closePath();
}

function drawText(context: CanvasRenderingContext2D, { text, rotation }: AreaDrawingFragment): void {
  if (!text?.text) return;
  context.save();
  context.translate(text.position.x, text.position.y);
  context.rotate((rotation * Math.PI) / 180);
  context.font = `600 ${text.size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = text.color ?? '#14213d';
  context.fillText(text.text, 0, 0);
  context.restore();
}
