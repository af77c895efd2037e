/** A whole text message, unmasked. */
const FINAL_TEXT = 0x81;
/** Markers instead of a length, which follows in two bytes, or in eight. */
const [TWO_BYTES, EIGHT_BYTES] = [126, 127];

/**
 * A server's text message as one frame (RFC 6455, 5.2): a payload in UTF-8, between two texts in ASCII. These are strings, because
 * a small buffer per socket would keep its 8 kB slab in memory.
 */
export function textFrame(start: string, payload: Buffer, end: string): Buffer {
  const length = start.length + payload.length + end.length;
  const headLength = length < TWO_BYTES ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = FINAL_TEXT;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) frame.writeUInt16BE(length, frame.writeUInt8(TWO_BYTES, 1));
  else frame.writeBigUInt64BE(BigInt(length), frame.writeUInt8(EIGHT_BYTES, 1));
  const payloadAt = headLength + frame.write(start, headLength, 'latin1');
  frame.set(payload, payloadAt);
  frame.write(end, payloadAt + payload.length, 'latin1');
  return frame;
}
