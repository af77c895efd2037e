import { type Colors, drawSeat } from './draw-seat.ts';
import type { Look } from './looks.ts';

/** Distance between seats in CSS pixels below which signs are omitted, because they would distract from free seats. */
const DETAILED_FROM_PX = 14;

/** Pictures of seats at one size. Copying a picture is several times as fast as drawing a seat. */
export class Sprites {
  /** Size of a picture in device pixels: even, so that it has a middle. */
  readonly size: number;
  readonly #radius: number;
  readonly #isDetailed: boolean;
  readonly #colors: Colors;
  readonly #pictures = new Map<Look, OffscreenCanvas>();

  /**
   * @param spacingPx distance between seats in CSS pixels: pictures of neighbours do not touch
   * @param ratio device pixels per CSS pixel
   */
  constructor(spacingPx: number, ratio: number, colors: Colors) {
    const spacing = spacingPx * ratio;
    this.#isDetailed = spacingPx >= DETAILED_FROM_PX;
    this.size = Math.max(2, 2 * Math.floor(spacing / 2));
    this.#radius = Math.max(0.9, spacing * 0.42);
    this.#colors = colors;
  }

  of(look: Look): OffscreenCanvas {
    const known = this.#pictures.get(look);
    if (known !== undefined) return known;
    const picture = this.#draw(look);
    this.#pictures.set(look, picture);
    return picture;
  }

  #draw(look: Look): OffscreenCanvas {
    const picture = new OffscreenCanvas(this.size, this.size);
    const context = picture.getContext('2d');
    context?.translate(this.size / 2, this.size / 2);
    if (context) drawSeat(context, look, this.#radius, this.#colors, this.#isDetailed);
    return picture;
  }
}
