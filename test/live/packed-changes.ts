import { readFileSync } from 'node:fs';
import type { SeatChange } from '../../src/live/packing.ts';

/** Test vectors of `docs/packed-changes.json`. */
export const packedChanges: readonly { readonly packed: string; readonly seats: readonly SeatChange[] }[] = JSON.parse(
  readFileSync(new URL('../../docs/packed-changes.json', import.meta.url), 'utf8'),
);
