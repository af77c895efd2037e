/** For categories to which the plan gives no colour. White can be read on each. */
const fallback = ['#b3394c', '#1f6f8b', '#8a6d00', '#5b4b9a', '#2f7d4f', '#a34a1a'];

/** @param color '#rrggbb', as the contract has it */
export function categoryColor(color: string | null | undefined, category: number): string {
  return color && /^#[0-9a-f]{6}$/i.test(color) ? color : (fallback[category % fallback.length] ?? '#555555');
}

/** Black or white, whichever can be read better: by the contrast that WCAG 2 defines. */
export function textOn(color: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(color.slice(at, at + 2), 16) / 255),
  );
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

const linear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
