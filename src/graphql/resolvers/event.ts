import { z } from 'zod';
import { fitsCharacters, maxNameCharacters } from '../../domain/characters.ts';
import type { Availability } from '../../domain/seat.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { EventRow } from '../../live/live-event.ts';
import { beginMessage, type GraphqlContext, requireOrganizer } from '../context.ts';
import { typicalLayout } from '../cost/field-costs.ts';
import { layoutSize } from '../cost/layout-size.ts';
import type {
  BlockSeatsInput,
  CreateEventInput,
  EventFilter,
  Resolvers,
  SetSalesStatusInput,
} from '../generated/resolvers.ts';
import { validateIdempotencyKey } from '../idempotency-key.ts';
import { decodeCategoryId, decodeEventId, decodeSeatId, encodeEventId } from '../ids.ts';
import { findEvent, layoutOf } from '../lookups.ts';
import { limited } from '../mutation-limits.ts';
import { idempotencyConflict, invalidInputs, notFound, seatsUnavailable } from '../outcomes.ts';
import { badArgument, cursorCodec, cursorMoment, pageRequest, selectsOfNodes, toConnection } from '../pages.ts';
import { parseSeatIds, parseSeatsToSell, validateSeatList } from '../seat-ids.ts';
import { seatCursor, seatPage } from '../seat-pages.ts';
import { alwaysShared } from '../shared-subscriptions/shared-subscriptions.ts';
import { subscribeToEvent } from '../subscriptions.ts';
import { priceCategory } from './seat-map.ts';

const eventCursor = cursorCodec(z.strictObject({ startsAtMs: cursorMoment, id: z.uuid() }));

export const eventResolvers: Resolvers = {
  Query: {
    event: (_, { id }, context) => findEvent(context, id),
    events: async (_, { filter, ...page }, context, info) => {
      const request = pageRequest(page, eventCursor);
      return toConnection({
        rows: await context.services.catalogue.list(context, {
          ...request,
          filter: eventFilter(filter),
          counted: selectsOfNodes(info, 'availability'),
        }),
        request,
        cursorOf: ({ event: { startsAtMs, id } }) => eventCursor.encode({ startsAtMs, id }),
        nodeOf: (listed) => ({ __typename: 'Event', ...listed }) as const,
      });
    },
  },
  Mutation: {
    createEvent: (_, { input }, context) => asOrganizer(context, ({ id }) => createEvent(context, input, id)),
    setSalesStatus: (_, { input }, context) => asOrganizer(context, ({ id }) => setSalesStatus(context, input, id)),
    blockSeats: (_, { input }, context) => asOrganizer(context, ({ id }) => setBlocked(context, input, 'BLOCKED', id)),
    unblockSeats: (_, { input }, context) =>
      asOrganizer(context, ({ id }) => setBlocked(context, input, 'AVAILABLE', id)),
  },
  Subscription: {
    availability: {
      subscribe: alwaysShared,
      resolve: (availability: Availability) => availability,
    },
    event: {
      subscribe: (_, { id }, context) => subscribeToEvent(context, id),
      resolve: ({ event, revision }: EventRow, _: object, context: GraphqlContext) => {
        beginMessage(context);
        return { __typename: 'Event', event, revision } as const;
      },
    },
  },
  Event: {
    id: ({ event }) => encodeEventId(event.id),
    name: ({ event }) => event.name,
    venue: ({ event }) => event.venue,
    startsAt: ({ event }) => new Date(event.startsAtMs),
    timeZone: ({ event }) => event.timeZone,
    currency: ({ event }) => event.currency,
    salesStatus: ({ event }) => event.salesStatus,
    reservationSeconds: ({ event }) => event.reservationSeconds,
    categories: async ({ event }, _, { loaders, costLeft }, info) => {
      const categories = await loaders.categories.load(event.id);
      costLeft.spend(info, { ...typicalLayout, categories: categories.length });
      return categories.map((category) => priceCategory(event.id, category, event.currency));
    },
    availability: ({ event, availability }, _, { loaders }) => availability ?? loaders.availability.load(event.id),
    revision: ({ event, revision }, _, { loaders }) => revision ?? loaders.revision.load(event.id),
    seatMap: ({ event }) => ({ event }),
    seat: async ({ event }, { id }, context) => {
      const seat = decodeSeatId(id);
      const layout = await layoutOf(context, event.id);
      if (seat === null || seat.eventId !== event.id || !layout.has(seat.index)) return null;
      return { __typename: 'Seat', eventId: event.id, layout, index: seat.index };
    },
    seats: async ({ event }, { status, categoryId, ...page }, context, info) => {
      const request = pageRequest(page, seatCursor);
      const category = categoryId == null ? null : decodeCategoryId(categoryId);
      if (categoryId != null && category?.eventId !== event.id) return emptyPage;
      const layout = await layoutOf(context, event.id);
      context.costLeft.spend(info, layoutSize(layout));
      const filter = { status: status ?? null, category: category?.position ?? null };
      const readCodes = async () => (await context.loaders.statuses.load(event.id)).codes;
      return seatPage({ eventId: event.id, layout }, filter, request, readCodes);
    },
  },
};

function eventFilter(filter: EventFilter | null | undefined) {
  const { search, from = null, to = null, salesStatus = null } = filter ?? {};
  const text = search?.trim() ?? '';
  if (!fitsCharacters(text, maxNameCharacters))
    throw badArgument('filter', `searches for ${maxNameCharacters} characters at most`);
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw badArgument('filter', 'searches for no control characters');
  return { search: text, from, to, salesStatus };
}

const emptyPage = {
  edges: [],
  nodes: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  countAll: async () => 0,
};

/** Counts an organizer's mutation, and runs it. */
async function asOrganizer<Result extends { readonly __typename: string }>(
  context: GraphqlContext,
  work: (organizer: Viewer) => Promise<Result>,
) {
  requireOrganizer(context);
  return limited(context, work);
}

async function createEvent({ services }: GraphqlContext, input: CreateEventInput, organizerId: string) {
  const fault = validateIdempotencyKey(input.idempotencyKey);
  if (fault !== null) return fault;
  const { idempotencyKey = null, reservationSeconds, timeZone, ...asked } = input;
  const created = await services.eventAdministration.createEvent(
    {
      ...asked,
      timeZone: timeZone ?? 'UTC',
      reservationSeconds: reservationSeconds ?? services.policy.reservationSeconds,
    },
    { organizerId, idempotencyKey },
  );
  if (created.ok) return { __typename: 'Event', event: created.event } as const;
  return 'isConflict' in created ? idempotencyConflict('another event') : invalidInputs(created.faults);
}

async function setSalesStatus({ services }: GraphqlContext, input: SetSalesStatusInput, organizerId: string) {
  const { eventId, salesStatus } = input;
  const id = decodeEventId(eventId);
  const event = id === null ? null : await services.eventAdministration.setSalesStatus(id, salesStatus, organizerId);
  return event === null ? notFound('event') : ({ __typename: 'Event', event } as const);
}

async function setBlocked(
  context: GraphqlContext,
  input: BlockSeatsInput,
  status: 'BLOCKED' | 'AVAILABLE',
  organizerId: string,
) {
  const eventId = decodeEventId(input.eventId);
  const event = eventId === null ? null : await context.loaders.event.load(eventId);
  if (event === null) return notFound('event');
  const fault = validateSeatList(input.seatIds);
  if (fault !== null) return fault;
  const parse = status === 'AVAILABLE' ? parseSeatsToSell : parseSeatIds;
  const seats = parse(input.seatIds, event.id, await layoutOf(context, event.id));
  if (!seats.ok) return seats.invalid;
  const outcome = await context.services.eventAdministration.setBlocked(event.id, seats.indexes, status, organizerId);
  if (outcome.outcome === 'seats-unavailable') return seatsUnavailable(event.id, outcome.taken);
  return { __typename: 'Event', event } as const;
}
