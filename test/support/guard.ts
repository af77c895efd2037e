import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./guard.sh', import.meta.url));

/**
 * Ends a server and removes its folder when this process is gone, however it went. Exit handlers don't run in a process
 * that is killed, as Vitest's workers may be; the end of a pipe is always noticed.
 */
export class Guard {
  readonly #process: ChildProcess;
  #released: Promise<void> | undefined;

  /** `signal` as in kill(1): what asks the server to end; after 5 s it is killed. */
  constructor(folder: string, signal: string) {
    this.#process = spawn('sh', [script, folder, signal], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#process.unref();
  }

  /** The process to end from now on; undefined while the server is down. */
  watch(pid: number | undefined): void {
    if (this.#released === undefined) this.#process.stdin?.write(`${pid ?? ''}\n`);
  }

  /** Ends what is watched, if it still runs, and removes the folder. May be called again. */
  release(): Promise<void> {
    this.#released ??= this.#end();
    return this.#released;
  }

  async #end(): Promise<void> {
    this.#process.ref();
    const exited = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await exited;
  }
}
