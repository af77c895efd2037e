import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import {
  ReservationChangesDocument,
  type ReservationDetailsFragment,
  SeatMapDocument,
  type SeatMapSubscription,
} from '../../src/client/generated/documents.ts';
import { type SeatStatus, statusOfCode } from '../../src/domain/seat.ts';
import { unpackChanges, unpackStatuses } from '../../src/live/packing.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Offer } from './venue.ts';

type Node = Pick<App, 'graphqlUrl'>;
export type SeatMapMessage = SeatMapSubscription['seatMap'];

const soon = { withinMs: 20_000 };

/** One subscription of the stock client, without retries. */
export class Watch<Data, Variables extends Record<string, unknown>> implements AsyncDisposable {
  readonly #client: Client;
  /** How it ended; undefined while it runs. */
  end: 'completed' | { readonly error: unknown } | undefined;

  constructor(
    node: Node,
    document: TypedDocumentNode<Data, Variables>,
    { variables, token, hear }: { variables: Variables; token?: string; hear: (data: Data) => void },
  ) {
    const connectionParams = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const url = node.graphqlUrl.replace('http', 'ws');
    this.#client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams });
    this.#client.subscribe<Data>(
      { query: print(document), variables },
      {
        next: ({ data, errors }) => {
          if (data == null) this.end = { error: errors };
          else hear(data);
        },
        error: (error) => {
          this.end ??= { error };
        },
        complete: () => {
          this.end ??= 'completed';
        },
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.dispose();
  }
}

/** A received status of one seat, with the time by this machine's clock, which is also the store's. */
export interface ToldChange {
  readonly index: number;
  readonly status: SeatStatus;
  readonly atMs: number;
}

/** Messages of a map's subscriber. */
export interface SeatMapWatch extends AsyncDisposable {
  readonly messages: readonly SeatMapMessage[];
  /** Since the first snapshot. */
  readonly changes: readonly ToldChange[];
  /** Current status by seat index. */
  readonly statuses: readonly SeatStatus[];
  /** Resolves to the first change of this seat to this status at `fromMs` or later, also if it has already arrived. */
  told(index: number, status: SeatStatus, options: { fromMs: number; withinMs?: number }): Promise<ToldChange>;
}

/** Resolves at the first snapshot. */
export async function watchSeatMap(node: Node, { eventId, seatIds }: Offer): Promise<SeatMapWatch> {
  const messages: SeatMapMessage[] = [];
  const changes: ToldChange[] = [];
  let statuses: SeatStatus[] = [];
  const change = (index: number, status: SeatStatus) => {
    if (statuses[index] === status) return;
    statuses[index] = status;
    changes.push({ index, status, atMs: Date.now() });
  };
  const hear = ({ seatMap }: SeatMapSubscription) => {
    if (seatMap.__typename === 'SeatMapSnapshot') {
      const told = Array.from(unpackStatuses(seatMap.statuses, seatIds.length), statusOfCode);
      if (messages.length === 0) statuses = told;
      else for (const [index, status] of told.entries()) change(index, status);
    } else for (const { index, status } of unpackChanges(seatMap.changes)) change(index, status);
    messages.push(seatMap);
  };
  const watch = new Watch(node, SeatMapDocument, { variables: { eventId }, hear });
  await waitFor(() => messages.length > 0, { ...soon, what: 'the first snapshot' });
  return {
    messages,
    changes,
    get statuses() {
      return statuses;
    },
    told: (index, status, { fromMs, withinMs = soon.withinMs }) =>
      waitFor(() => changes.find((told) => told.index === index && told.status === status && told.atMs >= fromMs), {
        withinMs,
        what: `seat ${index} to be told ${status}`,
      }),
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}

/** Messages of a reservation's subscriber. */
export interface ReservationWatch extends AsyncDisposable {
  readonly states: readonly (ReservationDetailsFragment & { readonly atMs: number })[];
  readonly isCompleted: () => boolean;
}

/** Resolves at the first message. */
export async function watchReservation(node: Node, id: string, token: string): Promise<ReservationWatch> {
  const states: (ReservationDetailsFragment & { readonly atMs: number })[] = [];
  const watch = new Watch(node, ReservationChangesDocument, {
    variables: { id },
    token,
    hear: ({ reservation }) => states.push({ ...reservation, atMs: Date.now() }),
  });
  await waitFor(() => states.length > 0, { ...soon, what: 'the state of the reservation' });
  return {
    states,
    isCompleted: () => watch.end === 'completed',
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}
