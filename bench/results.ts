import { mkdir, writeFile } from 'node:fs/promises';

const directory = new URL('../docs/bench/', import.meta.url);

/** Keeps what a bench found where the documentation shows it: `<bench>.json`, and `<bench>.svg` where there is a chart. */
export async function keepResults(bench: string, results: object, chart?: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(new URL(`${bench}.json`, directory), `${JSON.stringify(results, null, 2)}\n`);
  if (chart !== undefined) await writeFile(new URL(`${bench}.svg`, directory), chart);
}
