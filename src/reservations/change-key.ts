import { namedIds } from '../named-id.ts';

/** Names of changes, made from their kinds and keys. */
const changeKey = namedIds('0d1c8a53-6f0e-4b0e-8f35-5b8f3b1f7c2a');

/** The name of one change of a reservation: of fixed length, and another for each kind. Null for a change without a key. */
export function changeKeyOf(kind: 'extend' | 'cancel', idempotencyKey: string | null): string | null {
  return idempotencyKey === null ? null : changeKey(`${kind}\n${idempotencyKey}`);
}
