import { mkdir, writeFile } from 'node:fs/promises';

const directory = new URL('../docs/bench/', import.meta.url);

/** The oldest Node that is promised, whose figures are those that the documentation shows first. */
const SHOWN_NODE = '20';

/**
 * Keeps what a bench found where the documentation shows it: `<bench>.json`, and `<bench>.svg` where there is a chart, and
 * `<bench>.txt` where there is a table. What another Node found goes beside it, as `<bench>-node-24.json`.
 */
export async function keepResults(bench: string, results: object, chart?: string, table?: string): Promise<void> {
  const [major] = process.versions.node.split('.');
  const name = major === SHOWN_NODE ? bench : `${bench}-node-${major}`;
  await mkdir(directory, { recursive: true });
  await writeFile(new URL(`${name}.json`, directory), `${JSON.stringify(results, null, 2)}\n`);
  if (chart !== undefined) await writeFile(new URL(`${name}.svg`, directory), chart);
  if (table !== undefined) await writeFile(new URL(`${name}.txt`, directory), table);
}
