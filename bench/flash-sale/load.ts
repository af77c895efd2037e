import { print } from 'graphql';
import { ConfirmReservationDocument, ReserveSeatsDocument } from '../../src/client/generated/documents.ts';
import { answerParent } from '../child-process.ts';
import { tokenFor } from '../tokens.ts';
import { type Answer, answerOf } from './answers.ts';
import { LoadConnection, type SignedRequest } from './load-connection.ts';

const queries = { reserve: print(ReserveSeatsDocument), confirm: print(ConfirmReservationDocument) };

/** What one viewer asks for, once. */
export interface LoadRequest {
  readonly viewer: string;
  /** The mutation's. */
  readonly input: object;
}

export interface Preparation {
  readonly mutation: keyof typeof queries;
  readonly requests: readonly LoadRequest[];
}

export interface RunOptions {
  /** Of the servers: the connections go to them by turns. */
  readonly urls: readonly string[];
  /** Each of them sends its next request when it has the answer to its last. */
  readonly connections: number;
  /** After which nothing more is sent; null to send all that is prepared. */
  readonly seconds: number | null;
  /** Reservations after which the house is sold out. */
  readonly seats: number;
}

export interface LoadRun {
  /** One to each request that was sent, in the order of the requests. */
  readonly answers: readonly Answer[];
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** When the last seat was granted, as `now` tells; null if none was left. */
  readonly soldOutAtMs: number | null;
}

let prepared: SignedRequest[] = [];
let progress = { sent: 0, granted: 0 };

/** These requests are sent in the next run, or runs, in their order. */
async function prepare({ mutation, requests }: Preparation): Promise<void> {
  const query = JSON.stringify(queries[mutation]);
  prepared = await Promise.all(
    requests.map(async ({ viewer, input }) => ({
      authorization: `Bearer ${await tokenFor(viewer)}`,
      body: `{"query":${query},"variables":{"input":${JSON.stringify(input)}}}`,
    })),
  );
}

async function run({ urls, connections, seconds, seats }: RunOptions): Promise<LoadRun> {
  const opened = await Promise.all(
    Array.from({ length: connections }, (_, at) => LoadConnection.open(urls[at % urls.length] ?? '')),
  );
  progress = { sent: 0, granted: 0 };
  let soldOutAtMs: number | null = null;
  const startedAt = performance.now();
  const until = seconds === null ? Number.POSITIVE_INFINITY : startedAt + seconds * 1000;
  const source = {
    next() {
      const request = performance.now() < until ? prepared[progress.sent] : undefined;
      return request && { at: progress.sent++, request };
    },
    granted(atMs: number) {
      progress.granted += 1;
      if (progress.granted === seats) soldOutAtMs = performance.timeOrigin + atMs;
    },
  };
  const raw = (await Promise.all(opened.map((connection) => connection.send(source)))).flat();
  const lastAt = raw.reduce((last, { sentAt, tookMs }) => Math.max(last, sentAt + tookMs), startedAt);
  for (const connection of opened) connection.close();
  const answers = raw.map(answerOf).sort((one, other) => one.request - other.request);
  return { answers, seconds: (lastAt - startedAt) / 1000, soldOutAtMs };
}

const handlers = { prepare, run, progress: () => progress };
export type Load = typeof handlers;
answerParent(handlers);
