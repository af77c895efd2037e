/** A whole text message, unmasked. */
const FINAL_TEXT = 0x81;
/** Markers instead of a length, which follows in two bytes, or in eight. */
const [TWO_BYTES, EIGHT_BYTES] = [126, 127];

/** A server's text message as one frame (RFC 6455, 5.2), from three parts in UTF-8, which are copied. */
export function textFrame(first: Buffer, second: Buffer, third: Buffer): Buffer {
  const length = first.length + second.length + third.length;
  const headLength = length < TWO_BYTES ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = FINAL_TEXT;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) frame.writeUInt16BE(length, frame.writeUInt8(TWO_BYTES, 1));
  else frame.writeBigUInt64BE(BigInt(length), frame.writeUInt8(EIGHT_BYTES, 1));
  let at = headLength;
  at += first.copy(frame, at);
  at += second.copy(frame, at);
  third.copy(frame, at);
  return frame;
}
