import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importsOf } from './imports.ts';
import { forbidden } from './rules.ts';

const { modules, summary } = await importsOf(forbidden);

test('there are no forbidden imports', () => {
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
});

test('imports of types count', () => {
  const imported = modules.find(({ source }) => source === 'src/store/engine/database.ts')?.dependencies ?? [];
  expect(imported.map(({ resolved }) => resolved)).toContain('src/domain/change.ts');
});

/** Files outside of the rooms wire them together, or are small and used everywhere. */
const roomOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1];

function arrowsBetweenRooms(): string[] {
  const arrows = new Set<string>();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [roomOf(source), roomOf(resolved)];
      if (from !== undefined && to !== undefined && from !== to) arrows.add(`${from} --> ${to}`);
    }
  }
  return [...arrows].toSorted();
}

test('the picture in docs/architecture.md has the arrows between the rooms, and no others', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const [, picture = ''] = /^```mermaid\n(.*?)^```$/ms.exec(page) ?? [];
  expect((picture.match(/\S+ --> \S+/g) ?? []).toSorted()).toEqual(arrowsBetweenRooms());
});

test('no room knows another that knows it', () => {
  const left = new Map<string, Set<string>>();
  for (const arrow of arrowsBetweenRooms()) {
    const [from = '', to = ''] = arrow.split(' --> ');
    left.set(from, (left.get(from) ?? new Set()).add(to));
  }
  // Rooms that import only removed ones.
  for (let free = ['']; free.length > 0; ) {
    free = [...left].filter(([, known]) => ![...known].some((room) => left.has(room))).map(([room]) => room);
    for (const room of free) left.delete(room);
  }
  expect([...left.keys()]).toEqual([]);
});
