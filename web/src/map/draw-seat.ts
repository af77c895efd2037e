import { outlineOf } from './colors.ts';
import { categoryOf, type Kind, kindOf, type Look } from './looks.ts';
import { traceShape } from './shapes.ts';

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export const ink = '#14213d';
const paper = '#ffffff';
const faint = '#d5d8de';
const muted = '#646b7a';
const mine = '#0b6e4f';

/** Draws one seat around the context's origin. Each kind has a figure of its own, and differs in more than colour. */
export function drawSeat(
  context: Context,
  look: Look,
  radius: number,
  colors: readonly string[],
  isDetailed = true,
): void {
  const category = categoryOf(look);
  traceShape(context, category, radius);
  context.lineWidth = Math.max(1, radius / 6);
  figures[kindOf(look)](context, radius, colors[category] ?? muted, isDetailed);
}

type Figure = (context: Context, radius: number, color: string, isDetailed: boolean) => void;

const figures: Record<Kind, Figure> = {
  AVAILABLE(context, _radius, color) {
    context.fillStyle = color;
    context.fill();
    const outline = outlineOf(color);
    if (outline === color) return;
    context.strokeStyle = outline;
    context.stroke();
  },
  RESERVED(context, radius) {
    context.fillStyle = paper;
    context.fill();
    context.strokeStyle = muted;
    context.stroke();
    dot(context, radius * 0.34, muted);
  },
  BOOKED(context, radius, _color, isDetailed) {
    context.fillStyle = faint;
    context.fill();
    if (isDetailed) cross(context, radius * 0.42, muted);
  },
  BLOCKED(context, radius) {
    context.beginPath();
    context.fillStyle = faint;
    context.fillRect(-0.7 * radius, -0.16 * radius, 1.4 * radius, 0.32 * radius);
  },
  chosen(context, radius) {
    context.fillStyle = ink;
    context.fill();
    check(context, radius, '#ffd166');
  },
  held(context, radius) {
    context.fillStyle = mine;
    context.fill();
    check(context, radius, paper);
  },
  bookedByYou(context, radius) {
    context.fillStyle = mine;
    context.fill();
    dot(context, radius * 0.4, paper);
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
