import { nextTimeSlice } from '../time-slices.ts';

/** Values nested deeper than this are serialized at once: a row of a map, an entry of a list. */
const DEPTH = 7;

/** Characters serialized in one time slice, which takes some 2 ms. */
const SLICE = 100_000;

/** Like JSON.stringify for a GraphQL result, in time slices: 10 MB at once would block the event loop for a tenth of a second. */
export async function jsonInSlices(value: object): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  for (const part of partsOf(value, 0)) {
    parts.push(part);
    length += part.length;
    if (length < SLICE) continue;
    length = 0;
    await nextTimeSlice();
  }
  return parts.join('');
}

function* partsOf(value: unknown, depth: number): Generator<string> {
  if (depth === DEPTH || typeof value !== 'object' || value === null || 'toJSON' in value) {
    yield JSON.stringify(value) ?? 'null';
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before;
      yield* partsOf(item, depth + 1);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* partsOf(member, depth + 1);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}
