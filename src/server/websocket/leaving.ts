import { setTimeout as sleep } from 'node:timers/promises';

/** All are told within this, however many there are. */
const WITHIN_MS = 4_000;
const EVERY_MS = 20;
/** Told at a time at least: where there are few, it is soon over. */
const LEAST_AT_ONCE = 20;

/** Told all at once, those who come back would be a rush for the nodes that are left. Until it is their turn, they are served as ever. */
export async function leaveByAndBy(connections: Iterable<{ leave(): void }>): Promise<void> {
  const waiting = [...connections];
  const atOnce = Math.max(LEAST_AT_ONCE, Math.ceil((waiting.length * EVERY_MS) / WITHIN_MS));
  for (;;) {
    for (const connection of waiting.splice(0, atOnce)) connection.leave();
    if (waiting.length === 0) return;
    await sleep(EVERY_MS);
  }
}
