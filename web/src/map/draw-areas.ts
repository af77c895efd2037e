import type { AreaDrawingFragment } from '@holdfast/client';
import { areaOn, readableOn } from './colors.ts';
import type { Theme } from './theme.ts';

/** Draws areas and their texts. The context's units are the plan's. */
export function drawAreas(
  context: CanvasRenderingContext2D,
  areas: readonly AreaDrawingFragment[],
  theme: Theme,
): void {
  for (const area of areas) {
    context.save();
    drawShape(context, area, theme);
    context.restore();
  }
  // Texts are drawn above all shapes, so that no shape hides them.
  for (const area of areas) drawText(context, area, theme);
}

function drawShape(context: CanvasRenderingContext2D, area: AreaDrawingFragment, { paper }: Theme): void {
  context.beginPath();
  trace(context, area);
  context.lineWidth = 1.5;
  if (area.color) {
    context.fillStyle = areaOn(area.color, paper);
    context.fill();
  }
  if (area.borderColor) {
    context.strokeStyle = areaOn(area.borderColor, paper);
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

/** Dark texts on a dark ground become light, with an outline where they reach beyond it. */
function drawText(
  context: CanvasRenderingContext2D,
  { text, rotation, color }: AreaDrawingFragment,
  theme: Theme,
): void {
  if (!text?.text) return;
  const wanted = text.color ?? '#14213d';
  const ground = areaOn(color ?? theme.paper, theme.paper);
  const written = readableOn(wanted, ground, theme.text);
  context.save();
  context.translate(text.position.x, text.position.y);
  context.rotate((rotation * Math.PI) / 180);
  context.font = `600 ${text.size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = written;
  if (written !== wanted) {
    context.strokeStyle = ground;
    context.lineWidth = text.size / 5;
    context.strokeText(text.text, 0, 0);
  }
  context.fillText(text.text, 0, 0);
  context.restore();
}
