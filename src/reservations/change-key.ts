import { v5 as uuidOf } from 'uuid';

/** In it, names of changes are made from their kinds and keys (RFC 9562, version 5). */
const KEY_NAMESPACE = '0d1c8a53-6f0e-4b0e-8f35-5b8f3b1f7c2a';

/** The name of one change of a reservation: of fixed length, and another for each kind. Null for a change without a key. */
export function changeKeyOf(kind: 'extend' | 'cancel', idempotencyKey: string | null): string | null {
  return idempotencyKey === null ? null : uuidOf(`${kind}\n${idempotencyKey}`, KEY_NAMESPACE);
}
