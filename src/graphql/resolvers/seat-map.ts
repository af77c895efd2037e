import type { CategoryRecord } from '../../domain/records.ts';
import type { EventLayout } from '../../events/layouts.ts';
import { packStatuses } from '../../live/packing.ts';
import type { SeatMapUpdate } from '../../live/sources.ts';
import { layoutSize } from '../cost/layout-size.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { encodeCategoryId, encodeEventId, encodeSeatId } from '../ids.ts';
import { layoutHash } from '../layout-files.ts';
import { layoutOf } from '../lookups.ts';
import { type RowSource, type SeatSource, seatSources } from '../payload-sources.ts';
import { alwaysShared } from '../shared-subscriptions/shared-subscriptions.ts';
import { seatMapMessage } from '../subscriptions.ts';

export const seatMapResolvers: Resolvers = {
  Subscription: {
    seatMap: {
      subscribe: alwaysShared,
      resolve: (update: SeatMapUpdate, { eventId }: { readonly eventId: string }) => seatMapMessage(eventId, update),
    },
  },
  SeatMap: {
    width: async ({ event }, _, context) => (await layoutOf(context, event.id)).width,
    height: async ({ event }, _, context) => (await layoutOf(context, event.id)).height,
    layoutUrl: ({ event }, _, { services }) =>
      `${services.policy.basePath}/layouts/${encodeEventId(event.id)}/${layoutHash(event)}.json`,
    areas: async ({ event }, _, context, info) => {
      const layout = await layoutOf(context, event.id);
      context.costLeft.spend(info, layoutSize(layout));
      return layout.areas;
    },
    sections: async ({ event: { id: eventId } }, _, context, info) => {
      const layout = await layoutOf(context, eventId);
      context.costLeft.spend(info, layoutSize(layout));
      return layout.sections.map((section) => ({
        name: section.name,
        position: section.position,
        rows: section.rows.map((row) => ({ ...row, eventId, layout })),
      }));
    },
    statuses: async ({ event }, _, { loaders }) => packedOnce((await loaders.statuses.load(event.id)).codes),
    revision: async ({ event }, _, { loaders }) => (await loaders.statuses.load(event.id)).revision,
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
    category: ({ eventId, layout, index }) => categoryAt(eventId, layout, layout.seat(index).category),
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

function categoryAt(eventId: string, { categories, amounts, currency }: EventLayout, position: number) {
  const category = categories[position];
  if (category === undefined) throw new RangeError(`the event has no category ${position}`);
  return priceCategory(eventId, { ...category, position, amount: amounts[position] ?? null }, currency);
}

export function priceCategory(eventId: string, { position, name, color, amount }: CategoryRecord, currency: string) {
  return { id: encodeCategoryId(eventId, position), name, color, price: amount === null ? null : { amount, currency } };
}
