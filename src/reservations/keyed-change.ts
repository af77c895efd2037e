import type { KeyedChange } from '../store/statements/running-reservations.ts';
import { uuidV5 } from '../uuid-v5.ts';

const changeName = uuidV5('0d1c8a53-6f0e-4b0e-8f35-5b8f3b1f7c2a');
const changeContents = uuidV5('c3a1f0f2-2a1b-4e8e-9a53-6b7f6d2f1f5e');

/**
 * What a key stands for: it is one viewer's, and one mutation's, so that the key of a reservation may also be that of its
 * cancellation. Neither viewers' ids nor keys have control characters.
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

/** What a change must have to itself among those that are written together. */
export function conflictKeysOfChange(request: {
  readonly reservationId: string;
  readonly change?: KeyedChange | null;
}): readonly string[] {
  return request.change ? [request.reservationId, request.change.name] : [request.reservationId];
}
