import type { Plan } from '../plan/plan.ts';
import { type Direction, seatTowards } from '../plan/steps.ts';
import { bounded, type Camera, overview, type Point, pan, type Size, toPlan, toScreen, zoom } from './camera.ts';
import type { Mark } from './draw-marks.ts';
import { watchGestures } from './gestures.ts';
import type { Looks } from './looks.ts';
import { Painter } from './painter.ts';
import type { Theme } from './theme.ts';

export interface MapHandlers {
  onChoose(seat: number): void;
  /** The seat under the mouse and the position on the canvas; null if there is none. */
  onHover(hover: { readonly seat: number; readonly at: Point } | null): void;
  /** The keyboard has moved to this seat. */
  onCursor(seat: number): void;
  /** A tap has zoomed in, because seats were too small for a finger. */
  onTapZoomed(): void;
  /** Whether seats are now large enough for a finger. */
  onSize(isForFingers: boolean): void;
}

/** Distance between seats, in CSS pixels, at which a finger and a mouse hit them. */
const HITTABLE_PX = { touch: 22, mouse: 9 };

/** Distance between seats after a tap on smaller ones. */
const TAP_SPACING_PX = 34;

const STEP = 1.5;

/** The interactive seat map: camera, and keyboard cursor. Lives as long as its canvas. */
export class MapView {
  readonly #plan: Plan;
  readonly #painter: Painter;
  readonly #handlers: MapHandlers;
  readonly #stopGestures: () => void;
  readonly #observer: ResizeObserver;
  #view: Size = { width: 1, height: 1 };
  #camera: Camera;
  #cursor: number | null = null;

  constructor(canvas: HTMLCanvasElement, plan: Plan, looks: Looks, theme: Theme, handlers: MapHandlers) {
    this.#plan = plan;
    this.#handlers = handlers;
    this.#painter = new Painter(canvas, plan, looks, theme);
    this.#camera = overview(plan, this.#view);
    this.#stopGestures = watchGestures(canvas, {
      onPan: (by) => this.#move(pan(this.#camera, by)),
      onZoom: (at, factor) => this.#move(zoom(this.#camera, this.#view, at, factor)),
      onTap: (at, pointer) => this.#tap(at, pointer),
      onHover: (at) => this.#hover(at),
    });
    this.#observer = new ResizeObserver(() => this.#resize(canvas));
    this.#observer.observe(canvas);
  }

  look(looks: Looks): void {
    this.#painter.look(looks);
  }

  dress(theme: Theme): void {
    this.#painter.dress(theme);
  }

  /** Zooms in if seats are so small that marks would hide them. */
  mark(marks: readonly Mark[]): void {
    if (this.#spacingPx < HITTABLE_PX.touch) this.reveal(marks.flatMap(({ seats }) => seats));
    this.#painter.mark(marks);
  }

  zoomIn(): void {
    this.#move(zoom(this.#camera, this.#view, this.#middle(), STEP));
  }

  zoomOut(): void {
    this.#move(zoom(this.#camera, this.#view, this.#middle(), 1 / STEP));
  }

  showAll(): void {
    this.#move(overview(this.#plan, this.#view));
  }

  /** Moves to the next seat in that direction, or from none to the seat nearest to the middle. */
  step(direction: Direction): void {
    const next = this.#cursor === null ? this.#seatInMiddle() : seatTowards(this.#plan.seats, this.#cursor, direction);
    if (next !== null) this.#goTo(next);
  }

  /** Index of the seat at the keyboard's cursor. */
  get cursor(): number | null {
    return this.#cursor;
  }

  /** Shows or hides the keyboard's cursor. */
  showCursor(isShown: boolean): void {
    this.#painter.point(isShown ? this.#cursor : null);
  }

  /** Moves the camera to these seats. */
  reveal(seats: readonly Point[]): void {
    const [first] = seats;
    if (first === undefined) return;
    const scale = Math.max(this.#camera.scale, TAP_SPACING_PX / this.#painter.spacing);
    const centre = seats.reduce((sum, { x, y }) => ({ x: sum.x + x / seats.length, y: sum.y + y / seats.length }), {
      x: 0,
      y: 0,
    });
    this.#move({ ...centre, scale });
  }

  dispose(): void {
    this.#stopGestures();
    this.#observer.disconnect();
    this.#painter.dispose();
  }

  #resize(canvas: HTMLCanvasElement): void {
    const before = this.#view;
    this.#view = { width: canvas.clientWidth, height: canvas.clientHeight };
    if (this.#view.width === 0 || this.#view.height === 0) return;
    const showedAll = this.#camera.scale <= overview(this.#plan, before).scale * 1.001;
    this.#move(showedAll ? overview(this.#plan, this.#view) : this.#camera);
    this.#painter.resize(this.#view, devicePixelRatio);
  }

  #move(camera: Camera): void {
    this.#camera = this.#bound(camera);
    this.#painter.move(this.#camera);
    this.#handlers.onSize(this.#spacingPx >= HITTABLE_PX.touch);
  }

  get #spacingPx(): number {
    return this.#painter.spacing * this.#camera.scale;
  }

  #bound(camera: Camera): Camera {
    return bounded(camera, this.#plan, this.#view, this.#painter.spacing);
  }

  #tap(at: Point, pointer: 'mouse' | 'touch'): void {
    const seat = this.#seatAt(at);
    if (this.#spacingPx < HITTABLE_PX[pointer]) {
      this.#move(zoom(this.#camera, this.#view, at, TAP_SPACING_PX / this.#spacingPx));
      this.#handlers.onTapZoomed();
    } else if (seat !== null) {
      this.#cursor = seat;
      this.#handlers.onChoose(seat);
    }
  }

  #hover(at: Point | null): void {
    const seat = at && this.#seatAt(at);
    this.#handlers.onHover(at !== null && seat !== null ? { seat, at } : null);
  }

  #seatAt(at: Point): number | null {
    return this.#painter.grid.nearest(toPlan(this.#camera, this.#view, at), this.#painter.spacing * 0.65);
  }

  #goTo(seat: number): void {
    const place = this.#plan.seats[seat];
    if (place === undefined) return;
    this.#cursor = seat;
    const { x, y } = toScreen(this.#camera, this.#view, place);
    const edge = 40;
    const isSeen = x > edge && y > edge && x < this.#view.width - edge && y < this.#view.height - edge;
    if (!isSeen || this.#spacingPx < HITTABLE_PX.mouse) this.reveal([place]);
    this.#painter.point(seat);
    this.#handlers.onCursor(seat);
  }

  #seatInMiddle(): number | null {
    return this.#painter.grid.nearest(this.#camera, Math.max(this.#plan.width, this.#plan.height));
  }

  #middle(): Point {
    return { x: this.#view.width / 2, y: this.#view.height / 2 };
  }
}
