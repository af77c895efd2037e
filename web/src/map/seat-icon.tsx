import { useEffect, useRef } from 'react';
import type { Plan } from '../plan/plan.ts';
import { useStore } from '../state/use-store.ts';
import { categoryColor } from './colors.ts';
import { drawSeat } from './draw-seat.ts';
import { type Kind, lookOf } from './looks.ts';
import { theme } from './theme.ts';

const SIZE_PX = 20;

/** It scales with the text, and is sharp up to this factor. */
const LARGEST = 2;

/** A seat as on the map. */
export function SeatIcon({
  plan,
  category,
  kind,
  accessible = false,
}: {
  readonly plan: Plan;
  readonly category: number;
  readonly kind: Kind;
  readonly accessible?: boolean;
}) {
  const current = useStore(theme);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const ratio = LARGEST * devicePixelRatio;
    canvas.current.width = SIZE_PX * ratio;
    canvas.current.height = SIZE_PX * ratio;
    context.scale(ratio, ratio);
    context.translate(SIZE_PX / 2, SIZE_PX / 2);
    const categories = plan.categories.map(({ color }, each) => categoryColor(color, each));
    const look = lookOf(category, kind, accessible);
    drawSeat(context, look, SIZE_PX * 0.42, { theme: current, categories });
  }, [plan, category, kind, accessible, current]);
  return <canvas ref={canvas} className="seat-icon" />;
}
