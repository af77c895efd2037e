import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { quantileOf } from '../statistics.ts';
import type { Exchange } from './agreement.ts';
import type { Send } from './load.ts';
import type { LoadRequest, LoadRun } from './load-process.ts';
import { summariseProfile } from './profile-summary.ts';
import type { Server, Stage } from './stage.ts';
import type { Counts } from './statements.ts';

export interface Measurement {
  /** For progress messages and names of profiles. */
  readonly arm: string;
  readonly server: Server;
  readonly requests: readonly LoadRequest[];
  readonly connections: number;
  /** Time after which nothing more is sent; null to send everything. */
  readonly seconds: number | null;
  readonly mutation?: 'reserve' | 'confirm';
  /** Number of seats, if they are to be sold out. */
  readonly seats?: number;
}

/** One run of the load on one server. */
export interface RunFigures {
  readonly connections: number;
  readonly answers: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly most: number };
  /** CPU time of the server's processes, in microseconds. */
  readonly cpuPerAnswer: number;
  /** Number of answers by type. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Statements in Postgres. */
  readonly statements: Counts;
  /** Texts of statements of unknown kind. */
  readonly otherStatements: readonly string[];
}

export interface Measured {
  readonly figures: RunFigures;
  readonly exchanges: readonly Exchange[];
  /** Statements that were caused after the last seat was granted; null if none were. */
  readonly statementsOnceSoldOut: Counts | null;
}

export async function measure(stage: Stage, measurement: Measurement): Promise<Measured> {
  const { load, statements } = stage;
  const { arm, server, requests, connections, mutation = 'reserve' } = measurement;
  await load.prepare({ mutation, requests });
  return load.connected(arm, { urls: server.urls, connections }, async (send) => {
    const [before, cpuBefore] = [await statements.snapshot(), await server.cpuMicros()];
    const { run, soldOut } = await profiled(stage, measurement, () => sendAll(stage, measurement, send));
    const [after, cpuAfter] = [await statements.snapshot(), await server.cpuMicros()];
    const { counts, others } = await statements.between(before, after);
    return {
      figures: {
        connections,
        ...figuresOf(run),
        cpuPerAnswer: (cpuAfter - cpuBefore) / run.answers.length,
        statements: counts,
        otherStatements: others,
      },
      exchanges: exchangesOf(requests, run),
      statementsOnceSoldOut: soldOut && (await statements.between(soldOut, after)).counts,
    };
  });
}

/** If the seats can be sold out, waits then until nothing is in flight, and counts the statements of the rest separately. */
async function sendAll({ statements }: Stage, { seconds, seats }: Measurement, send: Send) {
  const run = await send({ seconds, granted: seats ?? null });
  if (seats === undefined) return { run, soldOut: null };
  const soldOut = await statements.snapshot();
  const rest = await send({ seconds: null, granted: null });
  const both = { answers: [...run.answers, ...rest.answers], seconds: run.seconds + rest.seconds };
  return { run: both, soldOut: rest.answers.length === 0 ? null : soldOut };
}

function exchangesOf(requests: readonly LoadRequest[], { answers }: LoadRun): Exchange[] {
  return answers.flatMap((answer) => {
    const request = requests[answer.request];
    return request === undefined ? [] : [{ request, answer }];
  });
}

function figuresOf({ answers, seconds }: LoadRun) {
  const took = answers.map(({ tookMs }) => tookMs);
  const outcomes: Record<string, number> = {};
  for (const { outcome } of answers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    answers: answers.length,
    seconds,
    perSecond: answers.length / seconds,
    latencyMs: { p50: quantileOf(took, 0.5), p99: quantileOf(took, 0.99), most: quantileOf(took, 1) },
    outcomes,
  };
}

/** If profiles are requested, writes one and a summary. */
async function profiled<Sent extends { readonly run: LoadRun }>(
  { options: { profile } }: Stage,
  { arm, server: { profiler } }: Measurement,
  work: () => Promise<Sent>,
): Promise<Sent> {
  if (profile === undefined || profiler === null) return work();
  const path = resolve(profile, arm);
  await profiler.start();
  const sent = await work();
  await profiler.stop(`${path}.cpuprofile`);
  await writeFile(`${path}.txt`, await summariseProfile(`${path}.cpuprofile`, sent.run.answers.length));
  return sent;
}
