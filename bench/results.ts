import { mkdir, writeFile } from 'node:fs/promises';

const directory = new URL('../docs/bench/', import.meta.url);

/** The oldest supported Node, whose figures the documentation shows. */
const SHOWN_NODE = '20';

/**
 * Writes the results that the documentation shows: `<bench>.json`, `<bench>.svg` if there is a chart, and `<bench>.txt` if there is a
 * table. Those of another version of Node go to `<bench>-node-24.json`.
 */
export async function keepResults(bench: string, results: object, chart?: string, table?: string): Promise<void> {
  const [major] = process.versions.node.split('.');
  const name = major === SHOWN_NODE ? bench : `${bench}-node-${major}`;
  await mkdir(directory, { recursive: true });
  await writeFile(new URL(`${name}.json`, directory), `${JSON.stringify(results, null, 2)}\n`);
  if (chart !== undefined) await writeFile(new URL(`${name}.svg`, directory), chart);
  if (table !== undefined) await writeFile(new URL(`${name}.txt`, directory), table);
}
