/** A new key for one intent: a reservation, an extension. Sent again on every retry of it, so that it is done once. */
export function newIdempotencyKey(): string {
  const bytes = new Uint8Array(16);
  // React Native has no generator of its own; keys need to differ, and nobody gains by guessing one.
  if (globalThis.crypto?.getRandomValues) globalThis.crypto.getRandomValues(bytes);
  else for (const at of bytes.keys()) bytes[at] = Math.floor(Math.random() * 256);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
