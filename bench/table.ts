/** Text in columns as wide as needed. The first is aligned left, figures right. */
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
