import { type FollowedReservation, followed, heldReservations } from './followed-reservations.ts';
import type { FollowingOptions } from './following.ts';
import {
  type AvailabilityCountsFragment,
  AvailabilityDocument,
  type AvailabilitySubscription,
  CancelReservationDocument,
  type CancelReservationInput,
  type CancelReservationMutation,
  ClaimGuestDocument,
  type ClaimGuestMutation,
  ConfirmReservationDocument,
  type ConfirmReservationInput,
  type ConfirmReservationMutation,
  EventAvailabilityDocument,
  EventChangesDocument,
  type EventChangesSubscription,
  type EventDetailsFragment,
  EventDocument,
  ExtendReservationDocument,
  type ExtendReservationInput,
  type ExtendReservationMutation,
  ReservationChangesDocument,
  type ReservationChangesSubscription,
  ReservationDocument,
  ReserveSeatsDocument,
  type ReserveSeatsInput,
  type ReserveSeatsMutation,
  SeatStatusesDocument,
  ViewerReservationChangesDocument,
} from './generated/documents.ts';
import { type GuestStorage, Guests, memoryStorage } from './guests.ts';
import { absoluteUrl } from './http.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import type { Layout } from './layout.ts';
import type { LiveStore } from './live.ts';
import { LiveSocket } from './live-socket.ts';
import { createLiveStore } from './live-store.ts';
import { type Operation, requestOf } from './operation.ts';
import type { PollingOptions } from './polling.ts';
import { type CallOptions, type MutateOptions, Requests } from './requests.ts';
import { type Backoff, defaultRetryPolicy, type RetryPolicy } from './retry.ts';
import { followedSeatMap, type SeatMapState, seatMapOf } from './seat-map-state.ts';
import { type TokenSource, Tokens } from './tokens.ts';

export interface HoldfastClientOptions {
  /** URL of the API: `https://tickets.example/graphql`, or a path in a page. Websockets use the same address. */
  readonly url: string;
  readonly token?: TokenSource;
  /** Signs a guest in if a token is needed and there is none, and renews it. `true` keeps it in memory, a storage persists it. */
  readonly guests?: boolean | GuestStorage;
  /** Sends hashes of operations instead of their texts, for servers that accept only trusted operations. */
  readonly trustedOperations?: boolean;
  readonly retry?: Partial<RetryPolicy>;
  /** Pauses before a lost websocket is reopened. */
  readonly reconnect?: Backoff;
  readonly fetch?: typeof fetch;
  /** For Node before 22, which has no `WebSocket`: that of the package ws. */
  readonly webSocketImpl?: unknown;
}

export type ReserveSeatsOutcome = ReserveSeatsMutation['reserveSeats'];
export type ExtendReservationOutcome = ExtendReservationMutation['extendReservation'];
export type ConfirmReservationOutcome = ConfirmReservationMutation['confirmReservation'];
export type CancelReservationOutcome = CancelReservationMutation['cancelReservation'];
export type ClaimGuestOutcome = ClaimGuestMutation['claimGuest'];

/**
 * Requests reject with a `HoldfastError`, or with the abort reason of their signal. A client has one viewer: to sign in or out,
 * dispose of it and create another.
 */
export interface HoldfastClient {
  /** Sends a query, and retries after temporary faults. */
  query<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Result>;
  /** Sends a mutation. Retries it after temporary faults if it is idempotent. */
  mutate<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    options?: MutateOptions,
  ): Promise<Result>;
  /** Gets the layout at an event's `seatMap.layoutUrl`. It never changes, and browsers cache it. */
  layout(layoutUrl: string, options?: CallOptions): Promise<Layout>;
  /** One call is one request, with one key for all attempts. To continue a request in another call, pass its key. */
  reserveSeats(input: ReserveSeatsInput, options?: CallOptions): Promise<ReserveSeatsOutcome>;
  extendReservation(input: ExtendReservationInput, options?: CallOptions): Promise<ExtendReservationOutcome>;
  confirmReservation(input: ConfirmReservationInput, options?: CallOptions): Promise<ConfirmReservationOutcome>;
  cancelReservation(input: CancelReservationInput, options?: CallOptions): Promise<CancelReservationOutcome>;
  /**
   * Gives all that this device's guest has to the viewer of `token`, once signed in. Null if this device has no guest. May be called at
   * every sign-in.
   */
  claimGuest(options?: CallOptions): Promise<ClaimGuestOutcome | null>;
  /** The statuses of an event's seats. Each call creates a store: call it once for a page, not in each render. */
  seatMap(eventId: string): LiveStore<SeatMapState>;
  availability(eventId: string): LiveStore<AvailabilityCountsFragment>;
  /** The event's own fields, such as whether it is on sale. */
  event(id: string): LiveStore<EventDetailsFragment>;
  /** One reservation. The store ends with it. */
  reservation(id: string): LiveStore<FollowedReservation>;
  /** All running reservations of the viewer, oldest first, from all tabs and devices. It waits until a viewer is signed in. */
  viewerReservations(): LiveStore<readonly FollowedReservation[]>;
  /** The newest message of any other subscription. */
  follow<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables): LiveStore<Result>;
  /** To be called when an app comes to the foreground without page events, as in React Native: checks connections. */
  wake(): void;
  /** Closes the connections, and stops renewing tokens. */
  dispose(): void;
}

/** A payment may take the server's `PAYMENT_SECONDS`, plus the look-up after it. */
const PAYMENT_TIMEOUT_MS = 45_000;

/** Polling intervals while no websocket gets through: longer for what a page may show of many events. */
const pollWaits: Backoff = { firstWaitMs: 5_000, maxWaitMs: 30_000 };
const pollSlowlyWaits: Backoff = { firstWaitMs: 15_000, maxWaitMs: 60_000 };

export function createHoldfastClient(options: HoldfastClientOptions): HoldfastClient {
  const requests = openRequests(options);
  const { tokens } = requests;
  const byHash = options.trustedOperations ?? false;
  const openSocket = (token: () => Promise<string | null>) =>
    new LiveSocket({
      url: absoluteUrl(options.url).href.replace(/^http/, 'ws'),
      token,
      refuse: (refused) => tokens.refuse(refused),
      webSocketImpl: options.webSocketImpl,
      reconnect: options.reconnect,
    });
  // A separate connection without a token, so that maps are not interrupted when somebody signs in, or a token expires.
  const publicSocket = openSocket(() => tokens.current());
  const userSocket = openSocket(() => tokens.needed());

  const publicStore = <Data, Result>(
    following: Pick<FollowingOptions<Data, Result>, 'request' | 'reduce'>,
    polling: PollingOptions<Data>,
  ) => createLiveStore<Data, Result>({ socket: publicSocket, ...following, isEndless: true, polling });
  const userStore = <Data, Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    reduce: (message: Result) => Data,
    polling?: PollingOptions<Data>,
  ) =>
    createLiveStore<Data, Result>({
      socket: userSocket,
      request: () => requestOf(operation, variables, byHash),
      reduce: (_base, message) => reduce(message),
      isEndless: false,
      polling,
    });

  return {
    query: (operation, variables, call = {}) => requests.query(operation, variables, call),
    mutate: (operation, variables, call = {}) => requests.mutate(operation, variables, call),
    layout: (layoutUrl, call = {}) => requests.layout(layoutUrl, call),
    reserveSeats: async (input, call = {}) =>
      (await requests.mutate(ReserveSeatsDocument, { input: withKey(input) }, call)).reserveSeats,
    extendReservation: async (input, call = {}) =>
      (await requests.mutate(ExtendReservationDocument, { input: withKey(input) }, call)).extendReservation,
    confirmReservation: async (input, call = {}) => {
      const repeatable = { ...call, isRepeatable: true, timeoutMs: PAYMENT_TIMEOUT_MS };
      return (await requests.mutate(ConfirmReservationDocument, { input }, repeatable)).confirmReservation;
    },
    cancelReservation: async (input, call = {}) =>
      (await requests.mutate(CancelReservationDocument, { input: withKey(input) }, call)).cancelReservation,
    claimGuest: async (call = {}) => {
      const guestToken = await tokens.guest();
      if (guestToken === null) return null;
      const repeatable = { ...call, isRepeatable: true };
      return (await requests.mutate(ClaimGuestDocument, { input: { guestToken } }, repeatable)).claimGuest;
    },
    seatMap: (eventId) =>
      publicStore(followedSeatMap(eventId, byHash), {
        waits: pollWaits,
        ask: async (signal) => {
          const { event } = await requests.queryOnce(SeatStatusesDocument, { eventId }, signal);
          return event && seatMapOf(event);
        },
      }),
    availability: (eventId) =>
      publicStore(
        {
          request: () => requestOf(AvailabilityDocument, { eventId }, byHash),
          reduce: (_, { availability }: AvailabilitySubscription) => availability,
        },
        {
          waits: pollSlowlyWaits,
          ask: async (signal) =>
            (await requests.queryOnce(EventAvailabilityDocument, { eventId }, signal)).event?.availability ?? null,
        },
      ),
    event: (id) =>
      publicStore(
        {
          request: () => requestOf(EventChangesDocument, { id }, byHash),
          reduce: (_, { event }: EventChangesSubscription) => event,
        },
        {
          waits: pollSlowlyWaits,
          ask: async (signal) => (await requests.queryOnce(EventDocument, { id }, signal)).event ?? null,
        },
      ),
    reservation: (id) =>
      userStore(
        ReservationChangesDocument,
        { id },
        ({ reservation }: ReservationChangesSubscription) => followed(reservation),
        {
          waits: pollWaits,
          ask: async (signal) => {
            const { reservation } = await requests.queryOnce(ReservationDocument, { id }, signal);
            return reservation && followed(reservation);
          },
        },
      ),
    viewerReservations: () =>
      createLiveStore({
        socket: whenSignedIn(userSocket, tokens),
        request: () => requestOf(ViewerReservationChangesDocument, {}, byHash),
        ...heldReservations(),
        isEndless: true,
      }),
    follow: (operation, variables) => userStore(operation, variables, (message) => message),
    wake() {
      publicSocket.verify();
      userSocket.verify();
    },
    dispose() {
      publicSocket.dispose();
      userSocket.dispose();
      tokens.dispose();
    },
  };
}

/** Subscriptions that need a signed-in viewer. */
function whenSignedIn(socket: LiveSocket, tokens: Tokens): FollowingOptions<unknown, unknown>['socket'] {
  return {
    get isConnected() {
      return socket.isConnected;
    },
    get isDisposed() {
      return socket.isDisposed;
    },
    watch: (watcher) => socket.watch(watcher),
    subscribe(request, sink) {
      let stop = tokens.whenThere(() => {
        stop = socket.subscribe(request, sink);
      });
      return () => stop();
    },
  };
}

function openRequests({
  url,
  token,
  guests = false,
  trustedOperations = false,
  retry,
  ...options
}: HoldfastClientOptions) {
  const http = { url, fetch: options.fetch ?? ((...args: Parameters<typeof fetch>) => globalThis.fetch(...args)) };
  const policy = { ...defaultRetryPolicy, ...retry };
  const storage = guests === true ? memoryStorage() : guests || null;
  const storageKey = `holdfast guest ${url}`;
  return new Requests(
    { http, policy, byHash: trustedOperations },
    (forGuests) => new Tokens(token, storage && new Guests({ storage, storageKey, ...forGuests })),
  );
}

function withKey<Input extends { readonly idempotencyKey?: string | null | undefined }>(input: Input): Input {
  return { ...input, idempotencyKey: input.idempotencyKey ?? newIdempotencyKey() };
}
