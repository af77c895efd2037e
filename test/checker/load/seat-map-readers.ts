import { type SeatStatus, statusCodes } from '../../../src/domain/seat.ts';
import { encodeEventId } from '../../../src/graphql/ids.ts';
import { packStatuses } from '../../../src/live/packing.ts';
import { MapReader } from '../../realtime/map-reader.ts';
import type { SeatHistory } from '../../realtime/seat-history.ts';
import type { CheckedNode } from '../rig/node.ts';
import { seatsPerHouse } from '../rig/policy.ts';

/** One subscriber to the map of one house on each node. */
export class SeatMapReaders implements Disposable {
  readonly #readers: readonly MapReader[];

  constructor(nodes: readonly CheckedNode[], eventId: string) {
    this.#readers = nodes.map(
      ({ graphqlUrl }) => new MapReader({ graphqlUrl, eventId: encodeEventId(eventId), seatCount: seatsPerHouse }),
    );
  }

  /** A client whose subscription a node could not serve subscribes again. */
  comeBack(): void {
    for (const reader of this.#readers) if (!reader.isCurrent) reader.reconnect();
  }

  /** What each of them shows that is not so. */
  differencesFrom(statuses: readonly SeatStatus[]): string[] {
    const expected = packStatuses(Uint8Array.from(statuses, (status) => statusCodes[status]));
    return this.#readers.flatMap((reader, node) => {
      if (!reader.isCurrent) return [`the reader on node ${node} has no map`];
      return packStatuses(reader.statuses) === expected ? [] : [`the reader on node ${node} shows ${reader.statuses}`];
    });
  }

  /** What they were told that was never so, or broke the protocol. */
  lies(history: SeatHistory): string[] {
    return this.#readers.flatMap((reader, node) =>
      [...reader.faults.filter((fault) => !isOutage(fault)), ...history.lies(reader)].map(
        (lie) => `node ${node} told ${lie}`,
      ),
    );
  }

  [Symbol.dispose](): void {
    for (const reader of this.#readers) reader[Symbol.dispose]();
  }
}

/** A node that cannot read the store cannot begin to show a map. */
function isOutage(fault: string): boolean {
  return fault.includes('SERVICE_BUSY');
}
