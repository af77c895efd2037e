import { readFileSync } from 'node:fs';
import type { SeatChange } from '../../src/live/packing.ts';

/** What `docs/packed-changes.json` says that every reader and writer of `PackedSeatChanges` does. */
export const packedChanges: readonly { readonly packed: string; readonly seats: readonly SeatChange[] }[] = JSON.parse(
  readFileSync(new URL('../../docs/packed-changes.json', import.meta.url), 'utf8'),
);
