import { outlineOf, textOn } from './colors.ts';
import { categoryOf, isAccessible, type Kind, kindOf, type Look } from './looks.ts';
import { traceShape, wheelchairPath } from './shapes.ts';
import type { Theme } from './theme.ts';

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Colours of a seat. */
export interface Colors {
  readonly theme: Theme;
  readonly categories: readonly string[];
}

/** Draws one seat around the context's origin. Each kind differs by its figure, not only by colour. */
export function drawSeat(context: Context, look: Look, radius: number, colors: Colors, isDetailed = true): void {
  const category = categoryOf(look);
  const color = colors.categories[category] ?? colors.theme.muted;
  const kind = kindOf(look);
  traceShape(context, category, radius);
  context.lineWidth = Math.max(1, radius / 6);
  figures[kind](context, { radius, color, isDetailed, ...colors.theme });
  if (kind === 'AVAILABLE' && isAccessible(look) && isDetailed) drawWheelchair(context, radius * 0.7, textOn(color));
}

function drawWheelchair(context: Context, size: number, color: string): void {
  context.save();
  context.scale(size, size);
  context.lineWidth = 0.22;
  context.strokeStyle = color;
  context.stroke(new Path2D(wheelchairPath));
  context.restore();
}

interface Style extends Theme {
  readonly radius: number;
  /** Colour of the category. */
  readonly color: string;
  readonly isDetailed: boolean;
}

type Figure = (context: Context, style: Style) => void;

const figures: Record<Kind, Figure> = {
  AVAILABLE(context, { color, paper }) {
    context.fillStyle = color;
    context.fill();
    const outline = outlineOf(color, paper);
    if (outline === color) return;
    context.strokeStyle = outline;
    context.stroke();
  },
  RESERVED(context, { radius, paper, muted }) {
    context.fillStyle = paper;
    context.fill();
    context.strokeStyle = muted;
    context.stroke();
    dot(context, radius * 0.34, muted);
  },
  BOOKED(context, { radius, isDetailed, faint, muted }) {
    context.fillStyle = faint;
    context.fill();
    if (isDetailed) cross(context, radius * 0.42, muted);
  },
  BLOCKED(context, { radius, faint }) {
    context.beginPath();
    context.fillStyle = faint;
    context.fillRect(-0.7 * radius, -0.16 * radius, 1.4 * radius, 0.32 * radius);
  },
  chosen(context, { radius, chosen, onChosen }) {
    context.fillStyle = chosen;
    context.fill();
    check(context, radius, onChosen);
  },
  held(context, { radius, mine, onMine }) {
    context.fillStyle = mine;
    context.fill();
    check(context, radius, onMine);
  },
  bookedByYou(context, { radius, mine, onMine }) {
    context.fillStyle = mine;
    context.fill();
    dot(context, radius * 0.4, onMine);
  },
};

function dot(context: Context, radius: number, color: string): void {
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
}

function cross(context: Context, reach: number, color: string): void {
  context.beginPath();
  context.moveTo(-reach, -reach);
  context.lineTo(reach, reach);
  context.moveTo(reach, -reach);
  context.lineTo(-reach, reach);
  context.strokeStyle = color;
  context.stroke();
}

function check(context: Context, radius: number, color: string): void {
  context.beginPath();
  context.moveTo(-0.45 * radius, 0.02 * radius);
  context.lineTo(-0.1 * radius, 0.38 * radius);
  context.lineTo(0.48 * radius, -0.34 * radius);
  context.strokeStyle = color;
  context.lineWidth = Math.max(1, radius / 4);
  context.stroke();
}
