import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalServer } from '../../support/local-server.ts';
import { Link } from './link.ts';
import { NodeClock } from './node-clock.ts';

/** However slow the machine is. */
const ALIVE_WITHIN_MS = 30_000;

export interface NodeSettings {
  /** Where `dist/` is. */
  readonly program: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** All others. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its log is kept, if that is wanted. */
  readonly logFile?: string | undefined;
}

interface Surroundings {
  readonly clock: NodeClock;
  readonly toStore: Link;
  readonly toRedis: Link;
  readonly lastWordsFile: string;
}

/** A node in a process of its own, with a link of its own to the store and to Redis, and a clock of its own. */
export class CheckedNode implements AsyncDisposable {
  readonly toStore: Link;
  readonly toRedis: Link;
  readonly #process: LocalServer;
  readonly #clock: NodeClock;
  readonly #lastWordsFile: string;
  #isUp = true;
  #stuck = 0;

  private constructor(process: LocalServer, { clock, toStore, toRedis, lastWordsFile }: Surroundings) {
    this.#process = process;
    this.#clock = clock;
    this.#lastWordsFile = lastWordsFile;
    this.toStore = toStore;
    this.toRedis = toRedis;
  }

  static async start({ program, databaseUrl, redisUrl, env, logFile = 'log' }: NodeSettings): Promise<CheckedNode> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-checked-'));
    const clock = new NodeClock(folder);
    const toStore = await Link.open(portOf(databaseUrl));
    const toRedis = await Link.open(portOf(redisUrl));
    const settings = { ...env, DATABASE_URL: by(toStore, databaseUrl), REDIS_URL: by(toRedis, redisUrl) };
    const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const main = join(program, 'dist', 'main.js');
    const server = new LocalServer(
      {
        path: '/bin/bash',
        args: (port) => {
          const node = [...pairs, `PORT=${port}`, process.execPath, '--import', clock.module, main, 'serve'];
          return ['-c', 'exec env "$@" 2>>last-words > >(exec tee -a "$0")', logFile, ...node];
        },
        readyMessage: 'Holdfast is ready',
        stopSignal: 'SIGTERM',
        runAs: undefined,
      },
      folder,
    );
    await server.startOnFreePort();
    return new CheckedNode(server, { clock, toStore, toRedis, lastWordsFile: join(folder, 'last-words') });
  }

  get graphqlUrl(): string {
    return `http://127.0.0.1:${this.#process.port}/graphql`;
  }

  /** False from its crash until it is ready again. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Rejects with what it printed last if it does not answer, as it ended by itself. */
  async expectAlive(): Promise<void> {
    try {
      await fetch(new URL('/healthz', this.graphqlUrl), { signal: AbortSignal.timeout(ALIVE_WITHIN_MS) });
    } catch (cause) {
      throw new Error(`a node is gone; it said: ${await readFile(this.#lastWordsFile, 'utf8')}`, { cause });
    }
  }

  /** In good order; one that takes longer than anybody would wait is killed, and found by `stuck`. */
  async stop(): Promise<void> {
    this.#isUp = false;
    try {
      await this.#process.stop();
    } catch {
      await this.#process.kill();
      this.#stuck += 1;
    }
  }

  /** How often it did not stop when it was told to. */
  get stuck(): number {
    return this.#stuck;
  }

  async crash(): Promise<void> {
    this.#isUp = false;
    await this.#process.kill();
  }

  /** On the same port. Rejects if it cannot start, as when the store is not there. */
  async startAgain(): Promise<void> {
    await this.#process.start();
    this.#isUp = true;
  }

  freeze(): void {
    this.#process.pause();
  }

  thaw(): void {
    this.#process.resume();
  }

  setClock(offsetMs: number): void {
    this.#clock.set(offsetMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    await this.#process[Symbol.asyncDispose]();
    await this.toStore[Symbol.asyncDispose]();
    await this.toRedis[Symbol.asyncDispose]();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function by(link: Link, url: string): string {
  const linked = new URL(url);
  linked.port = String(link.port);
  return linked.href;
}
