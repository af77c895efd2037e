import type { App } from '../../src/app.ts';
import { ConfirmReservationDocument } from '../../src/client/generated/documents.ts';
import { type Offer, reserve } from '../api/venue.ts';
import { dataOf } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import { layoutOf } from '../support/seat-ids.ts';

type Node = Pick<App, 'graphqlUrl'>;

/** Adjacent seats, by index. */
type Group = readonly number[];

export interface House extends Offer {
  /** Size of the plan in its own units. */
  readonly width: number;
  readonly height: number;
  /** By index. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
  /** By index: 'Stalls, row C, seat 12'. */
  readonly labels: readonly string[];
  readonly rows: readonly Group[];
}

/** Public data of an event's seats. */
export async function houseOf({ graphqlUrl }: Node, eventId: string): Promise<House> {
  const { sections, width, height } = await layoutOf(graphqlUrl, eventId);
  const seatIds: string[] = [];
  const labels: string[] = [];
  const places: { x: number; y: number }[] = [];
  const rows: number[][] = [];
  for (const section of sections) {
    for (const row of section.rows) {
      rows.push(row.seats.map(({ index }) => index));
      for (const { id, index, number, position } of row.seats) {
        seatIds[index] = id;
        places[index] = position;
        labels[index] = `${section.name}, row ${row.name}, seat ${number}`;
      }
    }
  }
  return { eventId, width, height, seatIds, places, labels, rows };
}

/** Reserves the seats as a new buyer. Throws for any other outcome. */
export async function take(node: Node, house: Offer, seats: Group): Promise<void> {
  await reserve(node, house, seats, await tokenFor(`buyer of ${seats.join()}`));
}

/** Books the seats as a new buyer. */
export async function buy(node: Node, house: Offer, seats: Group): Promise<void> {
  const token = await tokenFor(`buyer of ${seats.join()}`);
  const { id } = await reserve(node, house, seats, token);
  const input = { reservationId: id, paymentToken: 'tok_ok' };
  await dataOf(node.graphqlUrl, ConfirmReservationDocument, { input }, token);
}

/** Sells adjacent seats in groups of two to five, the same ones in each run: most are booked, some held. */
export async function fill(node: Node, house: House, spared: (label: string) => boolean): Promise<void> {
  let dice = 7;
  const roll = (sides: number) => {
    dice = (dice * 16807) % 2147483647;
    return dice % sides;
  };
  for (const row of house.rows) {
    const comings: Promise<void>[] = [];
    for (let from = roll(5); from < row.length; from += roll(6)) {
      const width = 2 + roll(4);
      const group = row.slice(from, from + width).filter((seat) => !spared(house.labels[seat] ?? ''));
      from += width;
      if (group.length === 0) continue;
      comings.push(roll(8) === 0 ? take(node, house, group) : buy(node, house, group));
    }
    await Promise.all(comings);
  }
}
