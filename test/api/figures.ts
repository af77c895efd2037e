/** Figures for whoever reads the run's output; nothing is decided by them. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The value that this share of the sorted values does not exceed: 0.5 for the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
