import { invalidInput } from './outcomes.ts';

/** Longer than any id that a client makes. */
const MAX_LENGTH = 200;

/** What is wrong with the key of whichever mutation; null if nothing is, or there is none. */
export function validateIdempotencyKey(key: string | null | undefined) {
  if (key == null || (key !== '' && isPlain(key, MAX_LENGTH))) return null;
  return invalidInput('idempotencyKey', `A key has 1 to ${MAX_LENGTH} characters, none of them a control character.`);
}

/** Whether it has so many characters at most, all of them whole and none a control character. A character may take two places in a string. */
export function isPlain(text: string, maxLength: number): boolean {
  return text.length <= 2 * maxLength && [...text].length <= maxLength && !/[\p{Cc}\p{Cs}]/u.test(text);
}
