import type { Point } from './camera.ts';

export interface GestureHandlers {
  onPan(by: Point): void;
  /** @param at where on the canvas, in CSS pixels */
  onZoom(at: Point, factor: number): void;
  onTap(at: Point, pointer: 'mouse' | 'touch'): void;
  /** @param at null if the mouse has left */
  onHover(at: Point | null): void;
}

/** Movement up to which a touch counts as a tap. */
const TAP_SLOP_PX = 8;
const WHEEL_SPEED = 0.0016;
/** Pixels per line of wheels that count in lines or pages. */
const LINE_PX = 30;

/** Handles mouse, wheel, touch and pen on the canvas. Returns how to stop. */
export function watchGestures(canvas: HTMLCanvasElement, handlers: GestureHandlers): () => void {
  const fingers = new Map<number, Point>();
  /** Whether the current gesture is no longer a tap. */
  let hasMoved = false;
  let start: Point = { x: 0, y: 0 };

  const at = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    if (fingers.size === 1) start = at(event);
    hasMoved = fingers.size > 1;
  };
  const onMove = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    const now = at(event);
    if (before === undefined) {
      if (event.pointerType === 'mouse') handlers.onHover(now);
      return;
    }
    if (!hasMoved && distance(start, now) < TAP_SLOP_PX) return;
    hasMoved = true;
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    fingers.set(event.pointerId, now);
    if (other === undefined) return handlers.onPan({ x: now.x - before.x, y: now.y - before.y });
    handlers.onPan({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
    handlers.onZoom(middle(now, other), distance(now, other) / Math.max(1, distance(before, other)));
  };
  const onUp = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId) || hasMoved || event.type === 'pointercancel') return;
    handlers.onTap(at(event), event.pointerType === 'mouse' ? 'mouse' : 'touch');
  };
  const onLeave = () => handlers.onHover(null);
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_PX;
    // Browsers report pinches on a touchpad as wheel events with the control key.
    handlers.onZoom(at(event), Math.exp(-pixels * WHEEL_SPEED * (event.ctrlKey ? 6 : 1)));
  };

  canvas.addEventListener('pointerdown', onDown);
  canvas.addEventListener('pointermove', onMove);
  canvas.addEventListener('pointerup', onUp);
  canvas.addEventListener('pointercancel', onUp);
  canvas.addEventListener('pointerleave', onLeave);
  canvas.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    canvas.removeEventListener('pointerdown', onDown);
    canvas.removeEventListener('pointermove', onMove);
    canvas.removeEventListener('pointerup', onUp);
    canvas.removeEventListener('pointercancel', onUp);
    canvas.removeEventListener('pointerleave', onLeave);
    canvas.removeEventListener('wheel', onWheel);
  };
}

const distance = (one: Point, other: Point) => Math.hypot(one.x - other.x, one.y - other.y);
const middle = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
