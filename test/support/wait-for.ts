import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

const pollEveryMs = 10;

export interface WaitForOptions {
  /** Time after which the test fails. */
  readonly withinMs: number;
  /** Ends the message "waited for": 'the seat to be free'. */
  readonly what: string;
}

type Falsy = false | null | undefined | 0 | 0n | '';

/**
 * Polls until the condition's value is truthy, and returns it. A condition that throws counts as not yet true, and one that does not
 * answer in time fails. Fails with the last value or error.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { withinMs, what }: WaitForOptions,
): Promise<Exclude<T, Falsy>> {
  const deadline = performance.now() + withinMs;
  const tooLate = new AbortController();
  const timeUp = sleep(withinMs, 'time is up' as const, { signal: tooLate.signal });
  timeUp.catch(() => {});
  let last: { value: T } | { error: unknown } | undefined;
  try {
    do {
      const answer = await Promise.race([attempt(condition), timeUp]);
      if (answer === 'time is up') break;
      last = answer;
      if ('value' in answer && answer.value) return answer.value as Exclude<T, Falsy>;
      await sleep(pollEveryMs);
    } while (performance.now() < deadline);
  } finally {
    tooLate.abort();
  }
  const cause = last && 'error' in last ? last.error : undefined;
  throw new Error(`waited ${withinMs} ms for ${what}; ${describe(last)}`, { cause });
}

async function attempt<T>(condition: () => T | Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}

function describe(last: { value: unknown } | { error: unknown } | undefined): string {
  if (last === undefined) return 'the condition never answered';
  return 'error' in last ? `the last error was: ${inspect(last.error)}` : `the last value was: ${inspect(last.value)}`;
}
