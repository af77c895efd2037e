import type { EventLayout } from '../../events/layouts.ts';
import { packStatuses } from '../../live/packing.ts';
import type { SeatMapUpdate } from '../../live/sources.ts';
import { layoutSize } from '../cost/layout-size.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { encodeCategoryId, encodeSeatId } from '../ids.ts';
import { type RowSource, type SeatSource, seatSources } from '../payload-sources.ts';
import { toldToAllAlike } from '../shared-subscriptions/shared-subscriptions.ts';
import { seatMapMessage } from '../subscriptions.ts';

export const seatMapResolvers: Resolvers = {
  Subscription: {
    seatMap: {
      subscribe: toldToAllAlike,
      resolve: (update: SeatMapUpdate, { eventId }: { readonly eventId: string }) => seatMapMessage(eventId, update),
    },
  },
  SeatMap: {
    width: ({ layout }) => layout.width,
    height: ({ layout }) => layout.height,
    areas: ({ layout }, _, { costLeft }, info) => {
      costLeft.spend(info, layoutSize(layout));
      return layout.areas;
    },
    sections: ({ eventId, layout }, _, { costLeft }, info) => {
      costLeft.spend(info, layoutSize(layout));
      return layout.sections.map((section) => ({
        name: section.name,
        position: section.position,
        rows: section.rows.map((row) => ({ ...row, eventId, layout })),
      }));
    },
    statuses: async ({ eventId }, _, { loaders }) => packedOnce((await loaders.statuses.load(eventId)).codes),
    revision: async ({ eventId }, _, { loaders }) => (await loaders.statuses.load(eventId)).revision,
  },
  Row: {
    seats: (row) => seatsOfRow(row),
  },
  SeatConnection: {
    totalCount: ({ countAll }) => countAll(),
  },
  Seat: {
    id: ({ eventId, index }) => encodeSeatId(eventId, index),
    index: ({ index }) => index,
    label: ({ layout, index }) => layout.label(index),
    section: ({ layout, index }) => layout.place(index).section.name,
    row: ({ layout, index }) => layout.place(index).row.name,
    number: ({ layout, index }) => layout.seat(index).number,
    rowLabel: ({ layout, index }) => layout.place(index).row.label ?? null,
    seatLabel: ({ layout, index }) => layout.seatLabel(index),
    position: ({ layout, index }) => layout.seat(index),
    radius: ({ layout, index }) => layout.seat(index).radius,
    category: ({ eventId, layout, index }) => priceCategory(eventId, layout, layout.seat(index).category),
    accessible: ({ layout, index }) => layout.seat(index).accessible,
    status: async (seat, _, { loaders }) => (await loaders.seatState.load(seat)).status,
    reservedByViewer: async (seat, _, { loaders }) => (await loaders.seatState.load(seat)).reservedByViewer,
  },
};

function seatsOfRow({ eventId, layout, firstSeatIndex, seatCount }: RowSource): SeatSource[] {
  return seatSources(
    eventId,
    layout,
    Array.from({ length: seatCount }, (_, place) => firstSeatIndex + place),
  );
}

const packed = new WeakMap<Uint8Array, string>();

/** Cached for operations that select it several times. */
function packedOnce(codes: Uint8Array): string {
  const text = packed.get(codes) ?? packStatuses(codes);
  packed.set(codes, text);
  return text;
}

export function priceCategory(eventId: string, layout: EventLayout, position: number) {
  const category = layout.categories[position];
  if (category === undefined) throw new RangeError(`the event has no category ${position}`);
  const amount = layout.amounts[position] ?? null;
  const price = amount === null ? null : { amount, currency: layout.currency };
  return { id: encodeCategoryId(eventId, position), name: category.name, color: category.color, price };
}
