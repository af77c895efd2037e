/** Crockford's base 32: no I, L, O or U, which people take for something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A booking's reference for people, 'K7QM-3F9A', from eight random bytes of which five bits each are used. */
export function bookingReference(random: Uint8Array): string {
  const letters = Array.from(random.subarray(0, 8), (byte) => ALPHABET[byte & 31]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
