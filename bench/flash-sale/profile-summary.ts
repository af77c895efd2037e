import { readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { tableOf } from '../table.ts';

const FUNCTIONS = 40;

/** The time of a CPU profile per answer, by owner of the code, and by the most expensive functions. */
export async function summariseProfile(path: string, answers: number): Promise<string> {
  const profile: Profiler.Profile = JSON.parse(await readFile(path, 'utf8'));
  const selfMicros = selfTimes(profile);
  const sumBy = (name: (frame: Profiler.ProfileNode['callFrame']) => string) => {
    const sums = new Map<string, number>();
    for (const { id, callFrame } of profile.nodes) {
      const key = name(callFrame);
      sums.set(key, (sums.get(key) ?? 0) + (selfMicros.get(id) ?? 0));
    }
    return [...sums].filter(([key]) => key !== '(idle)').sort(([, one], [, other]) => other - one);
  };
  const rows = (sums: [string, number][]) => sums.map(([name, micros]) => [name, (micros / answers).toFixed(1)]);
  return [
    tableOf(['owner', 'µs/answer'], rows(sumBy(ownerOf))),
    tableOf(['function', 'µs/answer'], rows(sumBy(describe).slice(0, FUNCTIONS))),
    '',
  ].join('\n\n');
}

function selfTimes({ samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<number, number> {
  const micros = new Map<number, number>();
  for (const [at, node] of samples.entries()) micros.set(node, (micros.get(node) ?? 0) + (timeDeltas[at + 1] ?? 0));
  return micros;
}

/** A package, a folder of Holdfast, Node itself, or what V8 puts into parentheses. */
function ownerOf({ functionName, url }: Profiler.ProfileNode['callFrame']): string {
  const [, dependency] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (dependency !== undefined) return dependency;
  const [, folder] = /\/dist\/([^/]+)/.exec(url) ?? [];
  if (folder !== undefined) return `holdfast ${folder}`;
  if (url.startsWith('node:')) return 'node';
  return functionName.startsWith('(') ? functionName : 'native';
}

function describe({ functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): string {
  const place = url.replace(/^.*\/(node_modules|dist)\//, '');
  return place === '' ? functionName || '(native)' : `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
}
