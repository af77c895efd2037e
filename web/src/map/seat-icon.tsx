import { useEffect, useRef } from 'react';
import type { Plan } from '../plan/plan.ts';
import { categoryColor } from './colors.ts';
import { drawSeat } from './draw-seat.ts';
import { type Kind, lookOf } from './looks.ts';

const SIZE_PX = 20;

/** A seat as the map draws it. */
export function SeatIcon({
  plan,
  category,
  kind,
}: {
  readonly plan: Plan;
  readonly category: number;
  readonly kind: Kind;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    canvas.current.width = SIZE_PX * devicePixelRatio;
    canvas.current.height = SIZE_PX * devicePixelRatio;
    context.scale(devicePixelRatio, devicePixelRatio);
    context.translate(SIZE_PX / 2, SIZE_PX / 2);
    const colors = plan.categories.map(({ color }, each) => categoryColor(color, each));
    drawSeat(context, lookOf(category, kind), SIZE_PX * 0.42, colors);
  }, [plan, category, kind]);
  return <canvas ref={canvas} className="seat-icon" />;
}
