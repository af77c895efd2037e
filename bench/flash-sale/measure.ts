import { setInterval as every } from 'node:timers/promises';
import { quantileOf } from '../statistics.ts';
import type { Exchange } from './agreement.ts';
import type { LoadRequest, LoadRun } from './load.ts';
import type { Server, Stage } from './stage.ts';
import type { Counts } from './statements.ts';

const PROGRESS_EVERY_MS = 2_000;

export interface Measurement {
  /** For who watches, and for the names of profiles. */
  readonly arm: string;
  readonly server: Server;
  readonly requests: readonly LoadRequest[];
  readonly connections: number;
  /** After which nothing more is sent; null to send everything. */
  readonly seconds: number | null;
  readonly mutation?: 'reserve' | 'confirm';
  /** Of the house. */
  readonly seats?: number;
}

/** One run of the load against one server. */
export interface RunFigures {
  readonly connections: number;
  readonly answers: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly most: number };
  /** Of the server's processes: user and system, in microseconds. */
  readonly cpuPerAnswer: number;
  /** How many answers there were of each type. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** In Postgres. */
  readonly statements: Counts;
  /** Texts of statements that are of no known kind. */
  readonly otherStatements: readonly string[];
}

export interface Measured {
  readonly figures: RunFigures;
  readonly exchanges: readonly Exchange[];
  readonly soldOutAtMs: number | null;
}

export async function measure(stage: Stage, measurement: Measurement): Promise<Measured> {
  const { load, statements } = stage;
  const {
    arm,
    server,
    requests,
    connections,
    seconds,
    mutation = 'reserve',
    seats = Number.POSITIVE_INFINITY,
  } = measurement;
  await load.ask('prepare', { mutation, requests });
  const [statementsBefore, cpuBefore] = [await statements.snapshot(), await server.cpuMicros()];
  const run = await server.profiled(arm, () =>
    showingProgress(stage, measurement, () => load.ask('run', { urls: server.urls, connections, seconds, seats })),
  );
  const cpuMicros = (await server.cpuMicros()) - cpuBefore;
  const { counts, others } = await statements.between(statementsBefore, await statements.snapshot());
  return {
    figures: {
      connections,
      ...figuresOf(run),
      cpuPerAnswer: cpuMicros / run.answers.length,
      statements: counts,
      otherStatements: others,
    },
    exchanges: run.answers.flatMap((answer) => {
      const request = requests[answer.request];
      return request === undefined ? [] : [{ request, answer }];
    }),
    soldOutAtMs: run.soldOutAtMs,
  };
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

async function showingProgress<Result>(
  { load }: Stage,
  { arm, requests }: Measurement,
  work: () => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const shown = (async () => {
    for await (const _ of every(PROGRESS_EVERY_MS, undefined, { signal: stop.signal })) {
      const { sent, granted } = await load.ask('progress');
      process.stderr.write(`  ${arm}: ${sent} of ${requests.length} sent, ${granted} granted\n`);
    }
  })().catch(() => {});
  try {
    return await work();
  } finally {
    stop.abort();
    await shown;
  }
}
