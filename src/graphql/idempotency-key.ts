import { invalidInput } from './outcomes.ts';

/** Longer than any id that clients create. */
const MAX_LENGTH = 200;

/** The fault of an idempotency key; null if it is valid, or there is none. */
export function validateIdempotencyKey(key: string | null | undefined) {
  if (key == null || (key !== '' && isPlain(key, MAX_LENGTH))) return null;
  return invalidInput('idempotencyKey', `A key has 1 to ${MAX_LENGTH} characters, none of them a control character.`);
}

/** Whether the text has at most `maxLength` characters, no control characters, and no unpaired surrogates. */
export function isPlain(text: string, maxLength: number): boolean {
  return text.length <= 2 * maxLength && [...text].length <= maxLength && !/[\p{Cc}\p{Cs}]/u.test(text);
}
