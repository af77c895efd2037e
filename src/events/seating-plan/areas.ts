import type { AreaShape, LayoutArea, LayoutText, Point } from '../../domain/layout.ts';
import { hexColor } from './color.ts';
import type { Plan, PlanArea } from './format.ts';
import { plus } from './point.ts';

const defaultTextSize = 16;

/** The areas in the order in which they are painted. Areas with nothing that we can draw are left out. */
export function drawAreas(plan: Plan): LayoutArea[] {
  return plan.zones.flatMap((zone) =>
    (zone.areas ?? [])
      .map((area) => drawArea(inTodaysSchema(area), plus(zone.position, area.position)))
      .filter((area) => area !== null),
  );
}

/** Converts areas of the schema of 2019, which has only rectangles, with a plain text in their centre. */
function inTodaysSchema(area: PlanArea): PlanArea {
  const { shape, width, height, text } = area;
  const isOld = shape == null && width != null && height != null;
  const rectangle = isOld ? { width, height } : area.rectangle;
  const middle = rectangle ? { x: rectangle.width / 2, y: rectangle.height / 2 } : { x: 0, y: 0 };
  return {
    ...area,
    shape: isOld ? 'rectangle' : shape,
    rectangle,
    text: typeof text === 'string' ? { text, position: middle } : text,
  };
}

function drawArea(area: PlanArea, position: Point): LayoutArea | null {
  const text = drawText(area, position);
  const shape = shapeOf(area) ?? (text ? 'TEXT' : null);
  if (!shape) return null;
  return {
    shape,
    position,
    rotation: area.rotation ?? 0,
    size: shape === 'RECTANGLE' ? (area.rectangle ?? null) : null,
    radius: radiusOf(area, shape),
    points: shape === 'POLYGON' ? (area.polygon?.points ?? []).map((point) => plus(position, point)) : [],
    color: hexColor(area.color),
    borderColor: hexColor(area.border_color),
    text,
  };
}

/** Null if the measures of the shape are missing. */
function shapeOf(area: PlanArea): AreaShape | null {
  if (area.shape === 'rectangle' && area.rectangle) return 'RECTANGLE';
  if (area.shape === 'circle' && area.circle) return 'CIRCLE';
  if (area.shape === 'ellipse' && area.ellipse) return 'ELLIPSE';
  if (area.shape === 'polygon' && area.polygon?.points.length) return 'POLYGON';
  return null;
}

function radiusOf(area: PlanArea, shape: AreaShape): Point | null {
  if (shape === 'CIRCLE' && area.circle) return { x: area.circle.radius, y: area.circle.radius };
  if (shape === 'ELLIPSE' && area.ellipse) return area.ellipse.radius;
  return null;
}

function drawText({ text }: PlanArea, position: Point): LayoutText | null {
  if (text == null || typeof text === 'string' || !text.text) return null;
  return {
    text: text.text,
    position: plus(position, text.position),
    size: text.size ?? defaultTextSize,
    color: hexColor(text.color),
  };
}
