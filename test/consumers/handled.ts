/** A record of a consumer's work, in order. */
export interface Handled {
  readonly node: string;
  readonly eventId: string;
  /** Revisions of the batch. */
  readonly first: number;
  readonly last: number;
  /** 'gave up' after a failure or an abort. */
  readonly what: 'began' | 'ended' | 'gave up';
}

/** Violations of the promise that every change of every event is handled, at least once and in order. */
export function findUnhandled(handled: readonly Handled[], heads: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  const upTo = new Map<string, number>();
  for (const { eventId, node, first, last, what } of handled) {
    const soFar = upTo.get(eventId) ?? 0;
    if (what === 'began' && first > soFar + 1)
      faults.push(
        `event ${eventId}: ${node} was handed the changes from ${first} on, and only those to ${soFar} had been handled`,
      );
    if (what === 'ended') upTo.set(eventId, Math.max(soFar, last));
  }
  for (const [eventId, head] of heads) {
    const soFar = upTo.get(eventId) ?? 0;
    if (soFar !== head) faults.push(`event ${eventId}: was handled up to ${soFar}, and its head is at ${head}`);
  }
  return faults;
}

/** A fault of a node. Work that it began before may be unfinished. */
export interface NodeFault {
  readonly node: string;
  /** Number of records of all nodes at the end of the fault. */
  readonly before: number;
}

/** Batches that began while another node handled the same event, unless a fault stopped that node. */
export function findOverlaps(handled: readonly Handled[], faults: readonly NodeFault[] = []): string[] {
  const overlaps: string[] = [];
  /** Start by event and node. */
  const atWork = new Map<string, Map<string, number>>();
  const isExcused = (node: string, began: number) =>
    faults.some((fault) => fault.node === node && began < fault.before);
  for (const [at, { eventId, node, what }] of handled.entries()) {
    const nodes = atWork.get(eventId) ?? new Map<string, number>();
    atWork.set(eventId, nodes);
    nodes.delete(node);
    if (what !== 'began') continue;
    const others = [...nodes].filter(([other, began]) => !isExcused(other, began)).map(([other]) => other);
    if (others.length > 0) overlaps.push(`event ${eventId}: ${node} began while ${others} was at it`);
    nodes.set(node, at);
  }
  return overlaps;
}
