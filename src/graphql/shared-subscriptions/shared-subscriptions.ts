import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  executeSync,
  GraphQLError,
  type GraphQLFormattedError,
  locatedError,
  subscribe,
} from 'graphql';
import { isOrganizer } from '../../domain/viewer.ts';
import type { LiveSeatMap } from '../../live/live-seat-map.ts';
import type { SeatMapUse } from '../../live/live-seat-maps.ts';
import { SharedSubscription, type SubscriberSink, type UpdateSource } from '../../live/shared-subscription.ts';
import { availabilitySource, eventSource, seatMapSource } from '../../live/sources.ts';
import type { Telemetry } from '../../telemetry/happenings.ts';
import type { GraphqlContext } from '../context.ts';
import { Slices } from '../slices.ts';
import { openEvent } from '../subscriptions.ts';
import { Membership } from './membership.ts';
import { type ShareableOperation, type SharedField, shareable } from './shareable.ts';
import { type Subscribed, withBackpressure } from './with-backpressure.ts';

/** Shortest interval between two messages to one subscriber. */
const EVERY_MS: Readonly<Record<SharedField, number>> = { seatMap: 0, availability: 1_000, event: 0 };

/** How long a refused client should wait, until other subscriptions may have ended. */
const RETRY_AFTER_MS = 5_000;

/**
 * Maximum numbers of different operations that are executed at every change: of one map for one network address, of one map, and on
 * one node. An app has a few. Subscribers to an operation that is already shared add none.
 */
export const MAX_SHARED_OPERATIONS = { address: 50, map: 1_000, node: 10_000 } as const;

/**
 * Number of operations of one map that are not charged to a budget. An app has one or two, and all of its users share one address
 * behind a proxy that is not trusted.
 */
const UNBUDGETED_OPERATIONS = 2;

/** What one operation may select. The largest useful one has some 30 fields, and the statuses of all seats once. */
export const MAX_OPERATION_SIZE = { fields: 1_000, maps: 10 } as const;

export interface SharedSubscriptionsOptions {
  /** The context of shared executions, which has no viewer. */
  readonly publicContext: () => GraphqlContext;
  readonly monotonicNow: () => number;
  readonly telemetry: Telemetry;
}

/** A subscription of a validated document, with the sink for shared messages. */
export interface SubscriptionRequest extends ExecutionArgs {
  readonly contextValue: GraphqlContext;
  readonly sink: SubscriberSink;
  /** Maps an error to what clients may see. */
  readonly publicError: (error: GraphQLError) => GraphQLFormattedError;
}

interface Shared {
  readonly subscription: SharedSubscription;
  /** Address of the client that sent it first. */
  readonly address: string;
}

/** Executes and serializes public subscriptions once, however many clients subscribe. */
export class SharedSubscriptions {
  readonly #options: SharedSubscriptionsOptions;
  readonly #ofMap = new WeakMap<LiveSeatMap, Map<string, Shared>>();
  readonly #documentNumbers = new WeakMap<DocumentNode, number>();
  #documents = 0;
  #count = 0;

  constructor(options: SharedSubscriptionsOptions) {
    this.#options = options;
  }

  /**
   * Like graphql-js' `subscribe`, with backpressure from the sink. A shared subscription's messages go directly to the sink, and the
   * iterator returned has no values: it only ends.
   * @throws GraphQLError for an operation that selects too much, or exceeds the number of operations
   */
  async subscribe(request: SubscriptionRequest): Promise<Subscribed> {
    return (await this.#share(request)) ?? withBackpressure(await subscribe(request), request.sink);
  }

  /** Null if the operation is not shareable, or cannot be executed, which graphql-js then reports. */
  async #share(request: SubscriptionRequest): Promise<AsyncIterable<never> | ExecutionResult | null> {
    const { schema, document, operationName, variableValues, contextValue, sink } = request;
    const operation = shareable(schema, document, operationName, variableValues ?? {});
    if (operation === null || (operation.field === 'event' && isOrganizer(contextValue))) return null;
    const use = await this.#open(contextValue, operation);
    if (use instanceof GraphQLError) return { errors: [use] };
    const key = this.#keyOf(document, operation);
    try {
      const shared = this.#sharedOf(use.map, key, operation, request);
      return this.#join(shared, { use, key, sink, since: operation.since });
    } catch (error) {
      use[Symbol.dispose]();
      throw error;
    }
  }

  /** Reports a wrong argument of the field as graphql-js does. */
  async #open(context: GraphqlContext, { eventId, root }: ShareableOperation): Promise<SeatMapUse | GraphQLError> {
    try {
      return await openEvent(context, eventId);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return locatedError(error, [root], [root.alias?.value ?? root.name.value]);
    }
  }

  #join(
    shared: SharedSubscription,
    { use, key, sink, since }: { use: SeatMapUse; key: string; sink: SubscriberSink; since: number | null },
  ): AsyncIterable<never> {
    const subscriber = shared.join(sink, since);
    const membership = new Membership(() => {
      subscriber[Symbol.dispose]();
      stopClosed();
      use[Symbol.dispose]();
      if (!shared.isUsed) this.#drop(use.map, key);
    });
    const stopClosed = use.map.onClosed(() => membership.end());
    return membership;
  }

  #sharedOf(map: LiveSeatMap, key: string, operation: ShareableOperation, request: SubscriptionRequest) {
    const ofMap = this.#ofMap.get(map) ?? new Map<string, Shared>();
    this.#ofMap.set(map, ofMap);
    const known = ofMap.get(key);
    if (known !== undefined) return known.subscription;
    const { address } = request.sink;
    this.#refuseTooMuch(ofMap, operation, address);
    const subscription = new SharedSubscription({
      source: this.#sourceOf(map, operation, request),
      isBudgeted: ofMap.size >= UNBUDGETED_OPERATIONS,
      everyMs: EVERY_MS[operation.field],
      monotonicNow: this.#options.monotonicNow,
    });
    ofMap.set(key, { subscription, address });
    this.#count += 1;
    return subscription;
  }

  #refuseTooMuch(ofMap: ReadonlyMap<string, Shared>, { size }: ShareableOperation, address: string): void {
    if (size.fields > MAX_OPERATION_SIZE.fields) throw tooLarge(`${size.fields} fields`, MAX_OPERATION_SIZE.fields);
    if (size.maps > MAX_OPERATION_SIZE.maps) throw tooLarge(`statuses ${size.maps} times`, MAX_OPERATION_SIZE.maps);
    const limits = MAX_SHARED_OPERATIONS;
    if (this.#count >= limits.node) throw tooMany(limits.node, 'on this node');
    if (ofMap.size >= limits.map) throw tooMany(limits.map, 'of this event');
    const ofAddress = [...ofMap.values()].filter((shared) => shared.address === address).length;
    if (ofAddress >= limits.address) throw tooMany(limits.address, 'of this event from one network address');
  }

  #drop(map: LiveSeatMap, key: string): void {
    const ofMap = this.#ofMap.get(map);
    ofMap?.get(key)?.subscription[Symbol.dispose]();
    if (ofMap?.delete(key)) this.#count -= 1;
  }

  /** Of the first subscriber's request, only the parts that all requests share are kept. */
  #sourceOf(map: LiveSeatMap, { field, size }: ShareableOperation, request: SubscriptionRequest): UpdateSource {
    const { schema, document, operationName, variableValues, publicError } = request;
    const { publicContext, telemetry } = this.#options;
    const args = { schema, document, operationName, variableValues };
    const execute = (rootValue: unknown) => {
      telemetry.emit('subscription:executed', field);
      const contextValue = { ...publicContext(), slices: new Slices(Infinity) };
      const { data, errors } = executeSync({ ...args, contextValue, rootValue });
      return errors === undefined ? { data } : { errors: errors.map(publicError), data };
    };
    switch (field) {
      case 'seatMap':
        return seatMapSource(map, execute, size.fields);
      case 'availability':
        return availabilitySource(map, execute);
      case 'event':
        return eventSource(map.event, execute);
    }
  }

  /** Identifies an operation by its document, its name, and its variables. */
  #keyOf(document: DocumentNode, { name, variables }: ShareableOperation): string {
    const number = this.#documentNumbers.get(document) ?? ++this.#documents;
    this.#documentNumbers.set(document, number);
    return JSON.stringify([number, name, Object.entries(variables)]);
  }
}

/** The `subscribe` resolver of fields that are always shared, whose arguments graphql-js refuses before it is called. */
export function alwaysShared(): never {
  throw new Error('a shared subscription was executed for one client');
}

function tooLarge(what: string, limit: number): GraphQLError {
  const message = `The subscription selects ${what}, of which at most ${limit} are told live`;
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

function tooMany(limit: number, where: string): GraphQLError {
  const message = `At most ${limit} different live subscriptions ${where} are served at once`;
  return new GraphQLError(message, { extensions: { code: 'RATE_LIMITED', retryAfterMs: RETRY_AFTER_MS } });
}
