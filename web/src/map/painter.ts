import { Grid } from '../plan/grid.ts';
import type { Plan } from '../plan/plan.ts';
import { spacingOf } from '../plan/spacing.ts';
import { type Camera, overview, type Size, toScreen } from './camera.ts';
import { categoryColor } from './colors.ts';
import { drawAreas } from './draw-areas.ts';
import { drawMarks, type Mark } from './draw-marks.ts';
import { drawRowNames } from './draw-row-names.ts';
import { kindOf, type Looks } from './looks.ts';
import { Raster, type RasterParts } from './raster.ts';
import type { Theme } from './theme.ts';

/** Time for drawing seats, of the 16 ms of a frame. The rest is drawn in the next one. */
const BUDGET_MS = 7;

/** Least size of rings around the viewer's own seats, so that they are visible on the whole plan. */
const LEAST_RING_PX = 7;

/**
 * Draws an event's seat map. Seats are in a raster, which moves and scales with the camera at once, and is drawn anew at the new scale
 * over the next frames.
 */
export class Painter {
  readonly grid: Grid;
  readonly spacing: number;
  readonly #plan: Plan;
  #parts: RasterParts;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #view: Size = { width: 1, height: 1 };
  #ratio = 1;
  #camera: Camera;
  #looks: Looks;
  #cursor: number | null = null;
  #marks: readonly Mark[] = [];
  #shown: Raster | null = null;
  #coming: Raster | null = null;
  #request: number | undefined;

  constructor(canvas: HTMLCanvasElement, plan: Plan, looks: Looks, theme: Theme) {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser draws no pictures');
    this.#canvas = canvas;
    this.#context = context;
    this.#plan = plan;
    this.#looks = looks;
    this.spacing = spacingOf(plan.seats);
    this.grid = new Grid(plan.seats, 2 * this.spacing);
    const categories = plan.categories.map(({ color }, category) => categoryColor(color, category));
    this.#parts = { seats: plan.seats, grid: this.grid, spacing: this.spacing, colors: { theme, categories } };
    this.#camera = overview(plan, this.#view);
  }

  resize(view: Size, ratio: number): void {
    this.#view = view;
    this.#ratio = ratio;
    this.#canvas.width = Math.round(view.width * ratio);
    this.#canvas.height = Math.round(view.height * ratio);
    this.#begin();
  }

  /** Redraws everything in other colours. */
  dress(theme: Theme): void {
    this.#parts = { ...this.#parts, colors: { ...this.#parts.colors, theme } };
    this.#begin();
  }

  look(looks: Looks): void {
    this.#looks = looks;
    this.#schedule();
  }

  move(camera: Camera): void {
    this.#camera = camera;
    this.#schedule();
  }

  /** @param seat at the keyboard's cursor; null for none */
  point(seat: number | null): void {
    this.#cursor = seat;
    this.#schedule();
  }

  mark(marks: readonly Mark[]): void {
    this.#marks = marks;
    this.#schedule();
  }

  dispose(): void {
    if (this.#request !== undefined) cancelAnimationFrame(this.#request);
  }

  #begin(): void {
    this.#shown = null;
    this.#coming = null;
    this.#paint();
  }

  #schedule(): void {
    this.#request ??= requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    this.#request = undefined;
    const deadline = performance.now() + BUDGET_MS;
    const isDone = this.#advance(deadline);
    this.#compose();
    if (!isDone) this.#schedule();
  }

  #advance(deadline: number): boolean {
    const isUpToDate = this.#shown?.advance(this.#looks, deadline) ?? false;
    if (this.#shown && this.#fits(this.#shown)) {
      this.#coming = null;
      return isUpToDate;
    }
    this.#coming ??= new Raster(this.#parts, this.#camera, this.#view, this.#ratio);
    if (!this.#coming.advance(this.#looks, deadline)) return false;
    this.#shown = this.#coming;
    this.#coming = null;
    return this.#fits(this.#shown);
  }

  #fits(raster: Raster): boolean {
    return raster.camera.scale === this.#camera.scale && raster.covers(this.#camera, this.#view);
  }

  #compose(): void {
    const context = this.#context;
    const { x, y, scale } = this.#camera;
    const { width, height } = this.#view;
    const { theme } = this.#parts.colors;
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.save();
    context.translate(width / 2 - x * scale, height / 2 - y * scale);
    context.scale(scale, scale);
    drawAreas(context, this.#plan.shapes, theme);
    context.restore();
    const place = { camera: this.#camera, view: this.#view, spacing: this.spacing };
    drawRowNames(context, this.#plan.sections, place, theme.muted);
    const raster = this.#shown ?? this.#coming;
    if (raster) this.#blit(raster);
    this.#drawRings(theme);
    drawMarks(context, this.#marks, place, theme);
  }

  #blit({ picture, camera, size }: Raster): void {
    const stretch = this.#camera.scale / camera.scale;
    const { x, y } = toScreen(this.#camera, this.#view, camera);
    // Whole device pixels keep a picture at its own scale sharp.
    const left = Math.round((x - (size.width * stretch) / 2) * this.#ratio) / this.#ratio;
    const top = Math.round((y - (size.height * stretch) / 2) * this.#ratio) / this.#ratio;
    this.#context.drawImage(
      picture,
      left,
      top,
      (picture.width / this.#ratio) * stretch,
      (picture.height / this.#ratio) * stretch,
    );
  }

  #drawRings({ chosen, mine, paper, offered }: Theme): void {
    const context = this.#context;
    const radius = Math.max(LEAST_RING_PX, this.spacing * this.#camera.scale * 0.52);
    for (const [index, look] of this.#looks.entries()) {
      const kind = kindOf(look);
      if (kind === 'chosen' || kind === 'held') this.#ring(index, radius, kind === 'held' ? mine : chosen, 2);
    }
    if (this.#cursor === null) return;
    this.#ring(this.#cursor, radius + 3, paper, 6);
    this.#ring(this.#cursor, radius + 3, offered, 3);
    context.lineWidth = 1;
  }

  #ring(index: number, radius: number, color: string, width: number): void {
    const seat = this.#plan.seats[index];
    if (seat === undefined) return;
    const { x, y } = toScreen(this.#camera, this.#view, seat);
    this.#context.beginPath();
    this.#context.arc(x, y, radius, 0, 2 * Math.PI);
    this.#context.strokeStyle = color;
    this.#context.lineWidth = width;
    this.#context.stroke();
  }
}
