import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  executeSync,
  type GraphQLError,
  type GraphQLFormattedError,
  subscribe,
} from 'graphql';
import type { LiveSeatMap } from '../../seat-map/live-seat-map.ts';
import type { LiveSeatMaps } from '../../seat-map/live-seat-maps.ts';
import { Pulled } from '../../seat-map/pulled.ts';
import type { GraphqlContext } from '../context.ts';
import { subscribableEvent } from '../subscriptions.ts';
import { type ShareableOperation, type SharedField, shareable } from './shareable.ts';
import { type Outlet, type PayloadSource, SharedSubscription } from './shared-subscription.ts';
import { availabilitySource, seatMapSource } from './sources.ts';

/** Shortest time between two messages to one subscriber. */
const EVERY_MS: Readonly<Record<SharedField, number>> = { seatMap: 0, availability: 1_000 };

export interface SharedSubscriptionsOptions {
  readonly seatMaps: LiveSeatMaps;
  /** Of nobody in particular: what is executed for all sees what everyone may see. */
  readonly publicContext: () => GraphqlContext;
  readonly monotonicNow: () => number;
  /** Called at every execution: one a change and distinct operation, one more where somebody must be told everything. */
  readonly onExecuted?: (field: SharedField) => void;
}

/** A subscription of a validated document, and where its messages may go without being executed for it alone. */
export interface SubscriptionRequest extends ExecutionArgs {
  readonly contextValue: GraphqlContext;
  readonly outlet: Outlet;
  /** What a client may read of an error. */
  readonly publicError: (error: GraphQLError) => GraphQLFormattedError;
}

/** What everybody gets alike is executed and written as text once, however many subscribe. */
export class SharedSubscriptions {
  readonly #options: SharedSubscriptionsOptions;
  readonly #ofMap = new WeakMap<LiveSeatMap, Map<string, SharedSubscription>>();
  readonly #documentNumbers = new WeakMap<DocumentNode, number>();
  #documents = 0;

  constructor(options: SharedSubscriptionsOptions) {
    this.#options = options;
  }

  /**
   * As graphql-js' `subscribe`. A shared subscription's messages go to the outlet, and what is returned gives none: it only
   * ends, or is ended.
   */
  async subscribe(request: SubscriptionRequest): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
    return (await this.#share(request)) ?? subscribe(request);
  }

  /** Null if the operation is not shareable, or there is no such event for the subscriber: the usual way says so. */
  async #share(request: SubscriptionRequest): Promise<AsyncIterable<never> | null> {
    const { schema, document, operationName, variableValues, contextValue, outlet } = request;
    const operation = shareable(schema, document, operationName, variableValues ?? {});
    const eventId = operation && (await subscribableEvent(contextValue, operation.eventId));
    const use = eventId && (await this.#options.seatMaps.open(eventId));
    if (!operation || !use) return null;

    const key = this.#keyOf(document, operation);
    const shared = this.#sharedOf(use.map, key, operation, request);
    const leave = shared.join(outlet);
    const membership = new Pulled<never>({
      take: () => undefined,
      release: () => {
        leave();
        stopClosed();
        use[Symbol.dispose]();
        if (!shared.isUsed) this.#drop(use.map, key);
      },
    });
    const stopClosed = use.map.onClosed(() => membership.end());
    return membership;
  }

  #sharedOf(map: LiveSeatMap, key: string, { field }: ShareableOperation, request: SubscriptionRequest) {
    const ofMap = this.#ofMap.get(map) ?? new Map<string, SharedSubscription>();
    this.#ofMap.set(map, ofMap);
    const known = ofMap.get(key);
    if (known !== undefined) return known;
    const shared = new SharedSubscription({
      source: this.#sourceOf(map, field, request),
      firstSequence: () => map.snapshot.sequence,
      everyMs: EVERY_MS[field],
      monotonicNow: this.#options.monotonicNow,
    });
    ofMap.set(key, shared);
    return shared;
  }

  #drop(map: LiveSeatMap, key: string): void {
    this.#ofMap.get(map)?.get(key)?.[Symbol.dispose]();
    this.#ofMap.get(map)?.delete(key);
  }

  /** Of the first subscriber's request, only what it has in common with the others' is kept. */
  #sourceOf(map: LiveSeatMap, field: SharedField, request: SubscriptionRequest): PayloadSource {
    const { schema, document, operationName, variableValues, publicError } = request;
    const { publicContext, onExecuted } = this.#options;
    const args = { schema, document, operationName, variableValues };
    const execute = (rootValue: unknown) => {
      onExecuted?.(field);
      const { data, errors } = executeSync({ ...args, contextValue: publicContext(), rootValue });
      return errors === undefined ? { data } : { errors: errors.map(publicError), data };
    };
    switch (field) {
      case 'seatMap':
        return seatMapSource(map, execute);
      case 'availability':
        return availabilitySource(map, execute);
    }
  }

  /** Tells operations apart: the document, which operation of it, and its variables. */
  #keyOf(document: DocumentNode, { name, variables }: ShareableOperation): string {
    const number = this.#documentNumbers.get(document) ?? ++this.#documents;
    this.#documentNumbers.set(document, number);
    return JSON.stringify([number, name, Object.entries(variables)]);
  }
}
