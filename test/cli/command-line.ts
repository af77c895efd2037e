import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Guard } from '../support/guard.ts';
import { waitFor } from '../support/wait-for.ts';

/** The built program; `npm test` builds it first. */
export const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Place {
  /** Working directory. With default settings it contains the data. */
  readonly cwd: string;
  /** Settings. Of the test's own environment, only PATH is passed on. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Timeout, after which it is killed, with the exit code null. */
const commandWithinMs = 30_000;
/** A first start creates a database, and may be on a busy machine. */
const readyWithinMs = 60_000;
/** For tests that start several processes one after the other. */
export const severalProcesses = { timeout: 150_000 };

/** Runs the program until it exits. */
export async function holdfast(args: readonly string[], place: Place): Promise<Ended> {
  const child = start(args, place);
  const output = outputOf(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), commandWithinMs);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return { code, ...output };
}

/** A ready server in its own process. Disposing of it stops it gracefully. */
export interface ServerProcess extends AsyncDisposable {
  readonly graphqlUrl: string;
  /** Resolves when it has exited. */
  stop(signal: NodeJS.Signals): Promise<Ended>;
}

/** On a free port by default. */
export async function startServer({ cwd, env }: Place): Promise<ServerProcess> {
  const guard = new Guard(await mkdtemp(join(tmpdir(), 'holdfast-guard-')), 'TERM');
  const child = start(['serve'], { cwd, env: { PORT: '0', ...env } });
  guard.watch(child.pid);
  const output = outputOf(child);
  const closed = once(child, 'close');
  const stop = async (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal);
    const [code] = await closed;
    guard.watch(undefined);
    await guard.release();
    return { code, ...output };
  };
  const ready = () => /Holdfast is ready: (http[^\s"]+)/.exec(output.stdout)?.[1];
  const what = 'the server to be ready';
  const graphqlUrl = await waitFor(ready, { withinMs: readyWithinMs, what }).catch(async (error: unknown) => {
    const { stderr } = await stop('SIGKILL');
    throw new Error(`the server did not start: ${stderr}`, { cause: error });
  });
  return { graphqlUrl, stop, [Symbol.asyncDispose]: async () => void (await stop('SIGTERM')) };
}

function start(args: readonly string[], { cwd, env = {} }: Place): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function outputOf(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return output;
}
