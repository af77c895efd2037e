import type { KeyedChange } from '../store/statements/running-reservations.ts';
import { uuidV5 } from '../uuid-v5.ts';

const changeName = uuidV5('0d1c8a53-6f0e-4b0e-8f35-5b8f3b1f7c2a');
const changeContents = uuidV5('c3a1f0f2-2a1b-4e8e-9a53-6b7f6d2f1f5e');

/**
 * Names a change by its idempotency key, which belongs to one viewer and one mutation: the same key may be used for reserving and for
 * cancelling. The separator is safe, because neither viewers' ids nor keys contain control characters.
 */
export function keyedChange(
  kind: 'extend' | 'cancel',
  { viewerId, idempotencyKey }: { readonly viewerId: string; readonly idempotencyKey: string | null },
  contents: readonly unknown[],
): KeyedChange | null {
  if (idempotencyKey === null) return null;
  return {
    name: changeName(`${kind}\n${viewerId}\n${idempotencyKey}`),
    contents: changeContents(JSON.stringify(contents)),
  };
}

/** Conflict keys of a change for group commit: its reservation, and its name if it has one. */
export function conflictKeysOfChange(request: {
  readonly reservationId: string;
  readonly change?: KeyedChange | null;
}): readonly string[] {
  return request.change ? [request.reservationId, request.change.name] : [request.reservationId];
}
