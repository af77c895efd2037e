import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Loaded by a node before all else: its wall clock is off by as many milliseconds as the file says. */
const module = (file: string) => `
  import { readFileSync } from 'node:fs';
  const RealDate = Date;
  const read = () => Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
  let offsetMs = read();
  setInterval(() => { offsetMs = read(); }, 50).unref();
  globalThis.Date = class Date extends RealDate {
    constructor(...parts) { parts.length === 0 ? super(RealDate.now() + offsetMs) : super(...parts); }
    static now() { return RealDate.now() + offsetMs; }
  };`;

/** The wall clock of one node, which may be set. It runs on over the node's restarts. */
export class NodeClock {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'clock-offset-ms');
    writeFileSync(this.#file, '0');
  }

  /** For `node --import`. */
  get module(): string {
    return `data:text/javascript,${encodeURIComponent(module(this.#file))}`;
  }

  /** Heard by the node within a moment. */
  set(offsetMs: number): void {
    // By a rename, so that it is never read half written.
    writeFileSync(`${this.#file}.new`, String(offsetMs));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
