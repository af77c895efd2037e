import { print } from 'graphql';
import { ConfirmReservationDocument, ReserveSeatsDocument } from '../../src/client/generated/documents.ts';
import { answerParent } from '../child-process.ts';
import { tokenFor } from '../tokens.ts';
import { type Answer, answerOf } from './answers.ts';
import { LoadConnection, type SignedRequest, type Source } from './load-connection.ts';

const queries = { reserve: print(ReserveSeatsDocument), confirm: print(ConfirmReservationDocument) };

/** One request of one viewer. */
export interface LoadRequest {
  readonly viewer: string;
  /** Input of the mutation. */
  readonly input: object;
}

export interface Preparation {
  readonly mutation: keyof typeof queries;
  readonly requests: readonly LoadRequest[];
}

export interface Endpoints {
  /** URLs of the servers, to which connections are assigned in rotation. */
  readonly urls: readonly string[];
  /** Number of connections. Each sends its next request after the answer to the last. */
  readonly connections: number;
}

/** When to stop sending; null for no limit. */
export interface Until {
  readonly seconds: number | null;
  /** Granted reservations. */
  readonly granted: number | null;
}

export interface LoadRun {
  /** One for each request that was sent, in order. */
  readonly answers: readonly Answer[];
  /** From the first request to the last answer. */
  readonly seconds: number;
}

let prepared: SignedRequest[] = [];
let opened: LoadConnection[] = [];
let progress = { sent: 0, granted: 0 };

/** Sets the requests to send, in order. New connections begin with the first one again. */
async function prepare({ mutation, requests }: Preparation): Promise<void> {
  const query = JSON.stringify(queries[mutation]);
  prepared = await Promise.all(
    requests.map(async ({ viewer, input }) => ({
      authorization: `Bearer ${await tokenFor(viewer)}`,
      body: `{"query":${query},"variables":{"input":${JSON.stringify(input)}}}`,
    })),
  );
}

async function connect({ urls, connections }: Endpoints): Promise<void> {
  opened = await Promise.all(
    Array.from({ length: connections }, (_, at) => LoadConnection.open(urls[at % urls.length] ?? '')),
  );
  progress = { sent: 0, granted: 0 };
}

/** Continues with the prepared requests. Waits until all that were sent are answered. */
async function send({ seconds, granted }: Until): Promise<LoadRun> {
  const startedAt = performance.now();
  const untilMs = seconds === null ? Number.POSITIVE_INFINITY : startedAt + seconds * 1000;
  const source: Source = {
    next() {
      const isOver = performance.now() >= untilMs || progress.granted === granted;
      const request = isOver ? undefined : prepared[progress.sent];
      return request && { at: progress.sent++, request };
    },
    granted() {
      progress.granted += 1;
    },
  };
  const raw = (await Promise.all(opened.map((connection) => connection.send(source)))).flat();
  const lastAt = raw.reduce((last, { sentAt, tookMs }) => Math.max(last, sentAt + tookMs), startedAt);
  const answers = raw.map(answerOf).sort((one, other) => one.request - other.request);
  return { answers, seconds: (lastAt - startedAt) / 1000 };
}

function disconnect(): void {
  for (const connection of opened) connection.close();
  opened = [];
}

const handlers = { prepare, connect, send, disconnect, progress: () => progress };
export type LoadProcess = typeof handlers;
answerParent(handlers);
