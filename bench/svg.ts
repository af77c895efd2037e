/** An SVG of charts below each other, on white for any page. Its title is its accessible name. */
export function svgOf(title: string, width: number, height: number, parts: readonly string[]): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`;
  return [
    open,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Text beside the bar. */
  readonly note: string;
  /** Drawn as a line at the bar's end. */
  readonly least: number;
  readonly most: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly title: string;
}

const BAR = 26;
const NAMES = 130;
const NOTES = 210;
const TITLE = 30;

/** Horizontal bars from 0, with the height of `barsHeight`. */
export function barsOf(bars: readonly Bar[], { x, y, width, title }: Place): string {
  const scale = (width - NAMES - NOTES) / Math.max(...bars.map(({ most }) => most));
  const rows = bars.flatMap((bar, row) => {
    const top = y + TITLE + row * BAR;
    const [left, middle] = [x + NAMES, top + BAR / 2];
    return [
      text(bar.name, x, middle),
      `<rect x="${left}" y="${top + 4}" width="${round(bar.value * scale)}" height="${BAR - 8}" fill="#4477aa"/>`,
      line(left + bar.least * scale, middle, left + bar.most * scale, middle),
      text(bar.note, left + bar.most * scale + 8, middle),
    ];
  });
  return [heading(title, x, y), ...rows].join('\n');
}

export function barsHeight(bars: number): number {
  return TITLE + bars * BAR + 10;
}

/** An SVG of bar charts below each other, without those that have no bars. */
export function barCharts(title: string, charts: readonly { readonly title: string; readonly bars: readonly Bar[] }[]) {
  const parts: string[] = [];
  let y = 10;
  for (const chart of charts) {
    if (chart.bars.length === 0) continue;
    parts.push(barsOf(chart.bars, { x: 20, y, width: 760, title: chart.title }));
    y += barsHeight(chart.bars.length) + 10;
  }
  return svgOf(title, 800, y, parts);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  readonly color: string;
  readonly points: readonly Point[];
}

export const LINES_HEIGHT = 220;

/** Lines over time, with both axes from 0. */
export function linesOf(series: readonly Series[], place: Place & { readonly unitX: string; readonly unitY: string }) {
  const { x, y, width, title, unitX, unitY } = place;
  const [left, bottom, top] = [x + 60, y + LINES_HEIGHT - 30, y + TITLE];
  const points = series.flatMap((one) => one.points);
  const [mostX, mostY] = [Math.max(...points.map((point) => point.x)), Math.max(...points.map((point) => point.y))];
  const at = (point: Point) =>
    `${round(left + (point.x / mostX) * (width - 200))},${round(bottom - (point.y / mostY) * (bottom - top))}`;
  return [
    heading(title, x, y),
    line(left, top, left, bottom),
    line(left, bottom, left + width - 200, bottom),
    text(`${Math.round(mostY)} ${unitY}`, x, top + 6),
    text('0', x + 45, bottom),
    text(`${round(mostX)} ${unitX}`, left + width - 250, bottom + 18),
    ...series.flatMap(({ name, color, points: own }, row) => [
      `<polyline fill="none" stroke="${color}" stroke-width="2" points="${own.map(at).join(' ')}"/>`,
      `<text x="${left + width - 190}" y="${top + 20 + row * 20}" fill="${color}">${name}</text>`,
    ]),
  ].join('\n');
}

function heading(title: string, x: number, y: number): string {
  return `<text x="${x}" y="${y + 16}" font-weight="bold">${title}</text>`;
}

function text(content: string, x: number, middle: number): string {
  return `<text x="${round(x)}" y="${round(middle + 4)}">${content}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#222" stroke-width="1.5"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
