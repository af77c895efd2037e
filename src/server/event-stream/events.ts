/** Messages of "distinct connections mode" (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md). */

export const eventStreamType = 'text/event-stream';

const head = Buffer.from('event: next\ndata: ');
const end = Buffer.from('\n\n');

/** With an empty data field, without which an EventSource would ignore it. */
export const completeEvent = Buffer.from('event: complete\ndata:\n\n');

/** Events by payload: one for all clients. */
const events = new WeakMap<Buffer, Buffer>();

/** @param payload a result as JSON, which has no line breaks */
export function nextEvent(payload: Buffer): Buffer {
  const known = events.get(payload);
  if (known !== undefined) return known;
  const event = Buffer.concat([head, payload, end]);
  events.set(payload, event);
  return event;
}

/** The events of an operation with one result. */
export function wholeStream(result: string): Buffer {
  return Buffer.concat([nextEvent(Buffer.from(result)), completeEvent]);
}
