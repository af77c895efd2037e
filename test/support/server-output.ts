import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Enough to explain why a server did not start. */
const maxKeptChars = 20_000;

/**
 * Resolves when the server prints `readyMessage`. Rejects with its output if it ends or prints nothing for that long. Always reads its
 * output, because a full pipe would block it.
 */
export function untilReady(child: ChildProcess, readyMessage: string, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnfile} ${why}; it printed:\n${output}`));
    };
    const timer = setTimeout(fail, withinMs, `was not ready within ${withinMs} ms`);
    const onText = (text: string) => {
      output = (output + text).slice(-maxKeptChars);
      if (!output.includes(readyMessage)) return;
      clearTimeout(timer);
      resolve();
    };
    for (const stream of [child.stdout, child.stderr]) readText(stream, onText);
    child.once('error', (error) => fail(`could not be run: ${error.message}`));
    child.once('close', (code, signal) => fail(`ended (${code ?? signal}) before it was ready`));
  });
}

function readText(stream: Readable | null, onText: (text: string) => void): void {
  stream?.setEncoding('utf8').on('data', onText);
}
