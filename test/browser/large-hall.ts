import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../src/app.ts';
import { CreateEventDocument, SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { eventInput, organizerToken } from '../api/venue.ts';
import { dataOf } from '../support/graphql.ts';
import { type House, houseOf, take } from './crowd.ts';

type Node = Pick<App, 'graphqlUrl'>;

const categories = ['Front', 'Middle', 'Back', 'Gallery'];

/** An event on sale in a hall with straight rows. */
export async function openHall(node: Node, size: { rows: number; seatsInRow: number }): Promise<House> {
  const token = await organizerToken;
  const prices = categories.map((category) => ({ category, amount: 4000 }));
  const input = { ...eventInput, name: 'Large hall', plan: hallOf(size), prices };
  const { createEvent } = await dataOf(node.graphqlUrl, CreateEventDocument, { input }, token);
  if (createEvent.__typename !== 'Event') throw new Error(JSON.stringify(createEvent));
  const onSale = { input: { eventId: createEvent.id, salesStatus: 'ON_SALE' as const } };
  await dataOf(node.graphqlUrl, SetSalesStatusDocument, onSale, token);
  return houseOf(node, createEvent.id);
}

function hallOf({ rows, seatsInRow }: { rows: number; seatsInRow: number }) {
  return {
    name: 'Large hall',
    categories: categories.map((name) => ({ name })),
    size: { width: seatsInRow * 20, height: rows * 24 },
    zones: [
      {
        name: 'Hall',
        position: { x: 0, y: 0 },
        areas: [],
        rows: Array.from({ length: rows }, (_, row) => ({
          row_number: String(row + 1),
          position: { x: 10, y: row * 24 + 12 },
          seats: Array.from({ length: seatsInRow }, (_, seat) => ({
            seat_guid: `${row}-${seat}`,
            seat_number: String(seat + 1),
            category: categories[Math.floor((row * categories.length) / rows)],
            position: { x: seat * 20, y: 0 },
          })),
        })),
      },
    ],
  };
}

export interface Changes extends AsyncDisposable {
  /** Number of changed seats so far. */
  count(): number;
}

const SEATS_AT_ONCE = 10;

/** Evenly timed reservations of ten seats across the hall, until disposed of. */
export function changeSeats(node: Node, house: House, perSecond: number): Changes {
  const order = house.seatIds.map((_, index) => (index * 7919) % house.seatIds.length);
  const beganAt = performance.now();
  let wanted = 0;
  let changed = 0;
  let isOver = false;
  const queue = async () => {
    while (!isOver) {
      const seats = order.slice(wanted, wanted + SEATS_AT_ONCE);
      wanted += SEATS_AT_ONCE;
      await sleep(Math.max(0, (wanted / perSecond) * 1000 - (performance.now() - beganAt)));
      await take(node, house, seats);
      changed += seats.length;
    }
  };
  const done = Promise.all([queue(), queue(), queue(), queue()]);
  return {
    count: () => changed,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await done;
    },
  };
}
