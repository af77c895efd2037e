/** Prints a figure that no assertion depends on. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Quantile of sorted values: 0.5 for the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
