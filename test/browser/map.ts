import type { Page } from 'playwright-core';
import { overview, type Point, toScreen } from '../../web/src/map/camera.ts';
import type { House } from './crowd.ts';

export async function boxOf(page: Page) {
  const box = await page.locator('.map canvas').boundingBox();
  if (box === null) throw new Error('there is no map');
  return box;
}

/** Position of a seat while the whole plan is visible. */
export async function placeOf(page: Page, house: House, label: string): Promise<Point> {
  const box = await boxOf(page);
  const seat = house.places[house.labels.indexOf(label)];
  if (seat === undefined) throw new RangeError(`there is no ${label}`);
  const { x, y } = toScreen(overview(house, box), box, seat);
  return { x: box.x + x, y: box.y + y };
}

/** The drawn map. */
export function pixels(page: Page): Promise<string> {
  return page.locator('.map canvas').evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
}

/** Number of pixels in the middle of a seat that are as bright as its text, while the whole plan is visible. */
export async function brightPixels(page: Page, house: House, label: string): Promise<number> {
  const box = await boxOf(page);
  const { x, y } = await placeOf(page, house, label);
  const middle = [x - box.x, y - box.y].map(Math.round);
  return page.evaluate(`(() => {
    const [x, y] = ${JSON.stringify(middle)};
    const { data } = document.querySelector('.map canvas').getContext('2d').getImageData(x - 20, y - 20, 40, 40);
    return data.filter((value, at) => at % 4 === 1 && value > 200).length;
  })()`);
}
