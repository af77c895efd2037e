import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./guard.sh', import.meta.url));

/**
 * Ends a server and removes its folder when this process ends in any way. Exit handlers do not run in killed processes, such as Vitest's
 * workers, but a pipe always ends.
 */
export class Guard {
  readonly #process: ChildProcess;
  #released: Promise<void> | undefined;

  /** @param signal asks the server to end, as in kill(1). It is killed after 5 s. */
  constructor(folder: string, signal: string) {
    this.#process = spawn('sh', [script, folder, signal], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#process.unref();
  }

  /** Sets the process to end; undefined while the server is down. */
  watch(pid: number | undefined): void {
    if (this.#released === undefined) this.#process.stdin?.write(`${pid ?? ''}\n`);
  }

  /** Ends the process if it still runs, and removes the folder. Idempotent. */
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
