import type { PlanSection } from '../plan/plan.ts';
import { type Camera, type Size, toScreen } from './camera.ts';

/** Distance between seats in CSS pixels from which on there is room for names. */
const FROM_PX = 13;

/** Writes each row's name before its first seat and after its last. The context's units are CSS pixels. */
export function drawRowNames(
  context: CanvasRenderingContext2D,
  sections: readonly PlanSection[],
  { camera, view, spacing }: { readonly camera: Camera; readonly view: Size; readonly spacing: number },
  color: string,
): void {
  const step = spacing * camera.scale;
  if (step < FROM_PX) return;
  context.font = `600 ${Math.min(14, Math.round(step * 0.5))}px system-ui, sans-serif`;
  context.fillStyle = color;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { rows } of sections) {
    for (const { name, seats } of rows) {
      const [first, second] = seats;
      const [last, beforeLast] = [seats.at(-1), seats.at(-2)];
      if (!first || !second || !last || !beforeLast) continue;
      for (const [end, neighbour] of [
        [first, second],
        [last, beforeLast],
      ] as const) {
        const outside = { x: end.x + (end.x - neighbour.x), y: end.y + (end.y - neighbour.y) };
        const { x, y } = toScreen(camera, view, outside);
        if (x > -step && y > -step && x < view.width + step && y < view.height + step) context.fillText(name, x, y);
      }
    }
  }
}
