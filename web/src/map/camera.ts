/** What of the plan is seen: which of its points is in the middle, and how many CSS pixels one of its units takes. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Round the plan when all of it is shown. */
const PADDING_PX = 20;

/** A seat never becomes larger than this. */
const MAX_SPACING_PX = 64;

export function toScreen({ x, y, scale }: Camera, view: Size, point: Point): Point {
  return { x: (point.x - x) * scale + view.width / 2, y: (point.y - y) * scale + view.height / 2 };
}

export function toPlan({ x, y, scale }: Camera, view: Size, point: Point): Point {
  return { x: (point.x - view.width / 2) / scale + x, y: (point.y - view.height / 2) / scale + y };
}

/** Shows all of a plan. */
export function overview(plan: Size, view: Size): Camera {
  const room = { width: Math.max(1, view.width - 2 * PADDING_PX), height: Math.max(1, view.height - 2 * PADDING_PX) };
  const scale = Math.min(room.width / plan.width, room.height / plan.height);
  return { x: plan.width / 2, y: plan.height / 2, scale };
}

/** The plan follows the finger. */
export function pan(camera: Camera, by: Point): Camera {
  return { ...camera, x: camera.x - by.x / camera.scale, y: camera.y - by.y / camera.scale };
}

/** What is under `at` stays there. */
export function zoom(camera: Camera, view: Size, at: Point, factor: number): Camera {
  const before = toPlan(camera, view, at);
  const scaled = { ...camera, scale: camera.scale * factor };
  const after = toPlan(scaled, view, at);
  return { ...scaled, x: camera.x + before.x - after.x, y: camera.y + before.y - after.y };
}

/** Not further out than all of it, not closer than a seat needs, and never beside the plan. */
export function bounded(camera: Camera, plan: Size, view: Size, spacing: number): Camera {
  const whole = overview(plan, view).scale;
  const scale = clamp(camera.scale, whole, Math.max(whole, MAX_SPACING_PX / spacing));
  return {
    scale,
    x: axis(camera.x, plan.width, view.width / scale),
    y: axis(camera.y, plan.height, view.height / scale),
  };
}

/** The middle where everything has room. */
function axis(centre: number, length: number, seen: number): number {
  return seen >= length
    ? length / 2
    : clamp(centre, Math.min(seen / 3, length / 2), Math.max(length - seen / 3, length / 2));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
