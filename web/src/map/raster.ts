import type { Grid } from '../plan/grid.ts';
import type { PlanSeat } from '../plan/plan.ts';
import type { Camera, Size } from './camera.ts';
import { textOn } from './colors.ts';
import type { Colors } from './draw-seat.ts';
import { categoryOf, isAccessible, kindOf, type Looks } from './looks.ts';
import { Sprites } from './sprites.ts';

export interface RasterParts {
  readonly seats: readonly PlanSeat[];
  readonly grid: Grid;
  /** Distance between seats, in the plan's units. */
  readonly spacing: number;
  readonly colors: Colors;
}

/** Margin of a raster on each side, as a share of the view: how far a finger may move until another raster is needed. */
const MARGIN = 0.35;

/** Distance between seats in CSS pixels from which on there is room for numbers. */
const NUMBERS_FROM_PX = 20;

/** Seats drawn between two checks of the clock. */
const STRIDE = 64;

const NOT_DRAWN = 0xffff;

/** A picture of the seats in and around the view, at one scale. Only seats that have changed are drawn again. */
export class Raster {
  readonly picture: OffscreenCanvas;
  /** Middle of the picture, and its scale in CSS pixels. */
  readonly camera: Camera;
  readonly ratio: number;
  /** Size of the picture, in CSS pixels. */
  readonly size: Size;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #sprites: Sprites;
  readonly #seats: readonly PlanSeat[];
  /** Indexes of the seats in the picture. */
  readonly #indexes: readonly number[];
  readonly #drawn: Looks;
  readonly #hasNumbers: boolean;
  readonly #textColors: readonly string[];

  /** @param ratio device pixels per CSS pixel */
  constructor({ seats, grid, spacing, colors }: RasterParts, camera: Camera, view: Size, ratio: number) {
    this.camera = camera;
    this.ratio = ratio;
    this.size = { width: Math.ceil(view.width * (1 + 2 * MARGIN)), height: Math.ceil(view.height * (1 + 2 * MARGIN)) };
    this.picture = new OffscreenCanvas(Math.ceil(this.size.width * ratio), Math.ceil(this.size.height * ratio));
    this.#context = contextOf(this.picture);
    this.#sprites = new Sprites(spacing * camera.scale, ratio, colors);
    this.#textColors = colors.categories.map(textOn);
    this.#seats = seats;
    const halfWidth = this.size.width / 2 / camera.scale;
    const halfHeight = this.size.height / 2 / camera.scale;
    this.#indexes = grid.within({
      left: camera.x - halfWidth,
      right: camera.x + halfWidth,
      top: camera.y - halfHeight,
      bottom: camera.y + halfHeight,
    });
    this.#drawn = new Uint16Array(seats.length).fill(NOT_DRAWN);
    this.#hasNumbers = spacing * camera.scale >= NUMBERS_FROM_PX;
    this.#context.font = `600 ${Math.round(spacing * camera.scale * ratio * 0.34)}px system-ui, sans-serif`;
    this.#context.textAlign = 'center';
    this.#context.textBaseline = 'middle';
  }

  /** Whether the whole view is inside the picture. */
  covers({ x, y, scale }: Camera, view: Size): boolean {
    const roomX = (this.size.width / this.camera.scale - view.width / scale) / 2;
    const roomY = (this.size.height / this.camera.scale - view.height / scale) / 2;
    return Math.abs(x - this.camera.x) <= roomX && Math.abs(y - this.camera.y) <= roomY;
  }

  /**
   * Draws seats that have changed, until all are done or the time is up.
   * @param deadline by `performance.now()`
   * @returns whether all are done
   */
  advance(looks: Looks, deadline: number): boolean {
    let left = STRIDE;
    for (const index of this.#indexes) {
      const look = looks[index] ?? NOT_DRAWN;
      if (this.#drawn[index] === look) continue;
      if (left === 0) {
        if (performance.now() >= deadline) return false;
        left = STRIDE;
      }
      left -= 1;
      this.#draw(index, look);
    }
    return true;
  }

  #draw(index: number, look: number): void {
    const seat = this.#seats[index];
    if (seat === undefined) return;
    const { size } = this.#sprites;
    const x = Math.round((seat.x - this.camera.x) * this.camera.scale * this.ratio + this.picture.width / 2);
    const y = Math.round((seat.y - this.camera.y) * this.camera.scale * this.ratio + this.picture.height / 2);
    if (this.#drawn[index] !== NOT_DRAWN) this.#context.clearRect(x - size / 2, y - size / 2, size, size);
    this.#context.drawImage(this.#sprites.of(look), x - size / 2, y - size / 2);
    this.#drawn[index] = look;
    if (!this.#hasNumbers || kindOf(look) !== 'AVAILABLE' || isAccessible(look)) return;
    this.#context.fillStyle = this.#textColors[categoryOf(look)] ?? '#ffffff';
    this.#context.fillText(seat.number, x, y);
  }
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no pictures');
  return context;
}
