/** Text in columns as wide as they need: the first to the left, figures to the right. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rule = widths.map((width) => '─'.repeat(width));
  return [heads, rule, ...rows]
    .map((line) => widths.map((width, column) => pad(line[column] ?? '', width, column)).join('  '))
    .join('\n');
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
