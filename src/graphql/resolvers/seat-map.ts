import type { LayoutRow } from '../../events/layout.ts';
import type { Seating } from '../../events/seating.ts';
import { packStatuses } from '../../seat-map/packing.ts';
import { statusCodes } from '../../seat-map/status.ts';
import type { SeatMapUpdate } from '../../seat-map/updates.ts';
import { readSeatStates } from '../../store/seats.ts';
import { layoutSize } from '../cost/layout-size.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { encodeCategoryId, encodeSeatId } from '../ids.ts';
import { type SeatSource, seatSources } from '../sources.ts';
import { seatMapMessage, subscribeToSeatMap } from '../subscriptions.ts';

export const seatMapResolvers: Resolvers = {
  Subscription: {
    seatMap: {
      subscribe: (_, { eventId }, context) => subscribeToSeatMap(context, eventId),
      resolve: (update: SeatMapUpdate, { eventId }: { readonly eventId: string }) => seatMapMessage(eventId, update),
    },
  },
  SeatMap: {
    width: ({ seating }) => seating.layout.width,
    height: ({ seating }) => seating.layout.height,
    areas: ({ seating }, _, { costLeft }, info) => {
      costLeft.spend(info, layoutSize(seating));
      return seating.layout.areas;
    },
    sections: ({ eventId, seating }, _, { costLeft }, info) => {
      costLeft.spend(info, layoutSize(seating));
      return seating.layout.sections.map((section) => ({
        name: section.name,
        position: section.position,
        rows: section.rows.map((row) => ({ ...row, seats: rowSeats(eventId, seating, row) })),
      }));
    },
    statuses: async ({ eventId }, _, { store }) => {
      const states = await readSeatStates(store, eventId, { viewerId: null, indexes: null });
      return packStatuses(Uint8Array.from(states, ({ status }) => statusCodes[status]));
    },
  },
  Row: {
    seats: ({ seats }, _, { slices }) => slices.of(seats),
  },
  SeatConnection: {
    edges: ({ edges }, _, { slices }) => slices.of(edges),
    totalCount: ({ countAll }) => countAll(),
  },
  Seat: {
    id: ({ eventId, index }) => encodeSeatId(eventId, index),
    index: ({ index }) => index,
    label: ({ seating, index }) => seating.label(index),
    section: ({ seating, index }) => seating.place(index).section.name,
    row: ({ seating, index }) => seating.place(index).row.name,
    number: ({ seating, index }) => seating.seat(index).number,
    rowLabel: ({ seating, index }) => seating.place(index).row.label ?? null,
    seatLabel: ({ seating, index }) => seating.seatLabel(index),
    position: ({ seating, index }) => seating.seat(index),
    radius: ({ seating, index }) => seating.seat(index).radius,
    category: ({ eventId, seating, index }) => priceCategory(eventId, seating, seating.seat(index).category),
    accessible: ({ seating, index }) => seating.seat(index).accessible,
    status: async (seat, _, { loaders }) => (await loaders.seatState.load(seat)).status,
    reservedByViewer: async (seat, _, { loaders }) => (await loaders.seatState.load(seat)).reservedByViewer,
  },
};

function rowSeats(eventId: string, seating: Seating, { firstSeatIndex, seatCount }: LayoutRow): SeatSource[] {
  return seatSources(
    eventId,
    seating,
    Array.from({ length: seatCount }, (_, place) => firstSeatIndex + place),
  );
}

export function priceCategory(eventId: string, { layout }: Seating, position: number) {
  const category = layout.categories[position];
  if (category === undefined) throw new RangeError(`the event has no category ${position}`);
  const price = { amount: layout.amounts[position] ?? 0, currency: layout.currency };
  return { id: encodeCategoryId(eventId, position), name: category.name, color: category.color, price };
}
