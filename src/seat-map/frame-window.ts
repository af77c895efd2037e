/** However much the event loop lags: changes must be seen, and on time. */
export const WIDEST_FRAME_MS = 250;

/** Each turn of the loop that tells of a frame is followed by three as long that are free for everything else. */
const WINDOW_PER_LAG = 4;

/** How long changes are gathered, in milliseconds: longer while the event loop lags, never shorter than `frameMs`. */
export function frameWindowMs(frameMs: number, loopLagMs: number): number {
  return Math.max(frameMs, Math.min(loopLagMs * WINDOW_PER_LAG, WIDEST_FRAME_MS));
}
