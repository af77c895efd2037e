import { invalidInput } from './outcomes.ts';

/** Longer than any id that a client makes. */
const MAX_LENGTH = 200;

/** What is wrong with the key of whichever mutation; null if nothing is, or there is none. */
export function faultOfKey(key: string | null | undefined) {
  if (key == null || isUsable(key)) return null;
  return invalidInput('idempotencyKey', `A key has 1 to ${MAX_LENGTH} characters, none of them a control character.`);
}

/** A character may take two places in a string. */
function isUsable(key: string): boolean {
  return key !== '' && key.length <= 2 * MAX_LENGTH && [...key].length <= MAX_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(key);
}
