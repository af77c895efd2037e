import { drawSeat } from './draw-seat.ts';
import type { Look } from './looks.ts';

/** Pictures of seats at one size, each drawn once: copying a picture is several times as fast as drawing a seat. */
export class Sprites {
  /** Of a picture, in device pixels: even, so that it has a middle. */
  readonly size: number;
  readonly #radius: number;
  readonly #colors: readonly string[];
  readonly #pictures = new Map<Look, OffscreenCanvas>();

  /** @param spacing device pixels from seat to seat: pictures of neighbours don't touch */
  constructor(spacing: number, colors: readonly string[]) {
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
    if (context) drawSeat(context, look, this.#radius, this.#colors);
    return picture;
  }
}
