/** Colours of categories without one in the plan. White text is legible on each. */
const fallback = ['#b3394c', '#1f6f8b', '#8a6d00', '#5b4b9a', '#2f7d4f', '#a34a1a'];

/** @param color '#rrggbb', as in the API */
export function categoryColor(color: string | null | undefined, category: number): string {
  return color && /^#[0-9a-f]{6}$/i.test(color) ? color : (fallback[category % fallback.length] ?? '#555555');
}

/** Black or white, whichever has more contrast. */
export function textOn(color: string): '#000000' | '#ffffff' {
  return contrast(color, '#ffffff') >= contrast(color, '#000000') ? '#ffffff' : '#000000';
}

/** Least contrast of graphics by WCAG 2. */
const LEAST_CONTRAST = 3;

/** Too much contrast on dark paper. */
const GLARING = 9;

/** The colour itself if it contrasts with the paper, or a darker or lighter shade of it, for the outline of pale or dark seats. */
export function outlineOf(color: string, paper: string): string {
  const end = textOn(paper);
  const [target = 0] = channelsOf(end);
  for (let part = 1; part > 0; part -= 0.05) {
    const shade = hex(channelsOf(color).map((channel) => channel * part + target * (1 - part)));
    if (contrast(shade, paper) >= LEAST_CONTRAST) return shade;
  }
  return end;
}

/** The colour of a plan made for white paper: on dark paper, pale colours become a shade of the dark. */
export function areaOn(color: string, paper: string): string {
  if (textOn(paper) === '#000000' || contrast(color, paper) < GLARING) return color;
  const [from, to] = [channelsOf(color), channelsOf(paper)];
  return hex(to.map((channel, at) => channel * 0.88 + (from[at] ?? 0) * 0.12));
}

/** A text colour of the plan, unless it is illegible on this ground. */
export function readableOn(color: string, ground: string, otherwise: string): string {
  return contrast(color, ground) >= LEAST_CONTRAST ? color : otherwise;
}

/** From 1 to 21, by WCAG 2. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((channel) => linear(channel / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const linear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
const channelsOf = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
const hex = (channels: readonly number[]) =>
  `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
