/** A new key for one request, such as a reservation, which is sent with each retry, so that it takes effect once. */
export function newIdempotencyKey(): string {
  const bytes = new Uint8Array(16);
  // For React Native, which has no generator. Keys must only be unique, not secret.
  if (globalThis.crypto?.getRandomValues) globalThis.crypto.getRandomValues(bytes);
  else for (const at of bytes.keys()) bytes[at] = Math.floor(Math.random() * 256);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
