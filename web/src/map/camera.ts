/** The visible part of the plan: the point in the middle, and CSS pixels per unit of the plan. */
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

/** Around the plan when all of it is visible. */
const PADDING_PX = 20;

/** Largest distance between seats. */
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

/** Moves the plan with the pointer. */
export function pan(camera: Camera, by: Point): Camera {
  return { ...camera, x: camera.x - by.x / camera.scale, y: camera.y - by.y / camera.scale };
}

/** Keeps the point under `at` in place. */
export function zoom(camera: Camera, view: Size, at: Point, factor: number): Camera {
  const before = toPlan(camera, view, at);
  const scaled = { ...camera, scale: camera.scale * factor };
  const after = toPlan(scaled, view, at);
  return { ...scaled, x: camera.x + before.x - after.x, y: camera.y + before.y - after.y };
}

/** Limits the camera to the plan: not wider than all of it, not closer than a seat needs, and not beside it. */
export function bounded(camera: Camera, plan: Size, view: Size, spacing: number): Camera {
  const whole = overview(plan, view).scale;
  const scale = clamp(camera.scale, whole, Math.max(whole, MAX_SPACING_PX / spacing));
  return {
    scale,
    x: axis(camera.x, plan.width, view.width / scale),
    y: axis(camera.y, plan.height, view.height / scale),
  };
}

/** In the middle if all of the length is visible. */
function axis(centre: number, length: number, seen: number): number {
  return seen >= length
    ? length / 2
    : clamp(centre, Math.min(seen / 3, length / 2), Math.max(length - seen / 3, length / 2));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
