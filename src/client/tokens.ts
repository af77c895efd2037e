import type { Guests } from './guests.ts';

/** Where tokens come from: one, or a function that is asked whenever one is needed, and told which one was refused last. */
export type TokenSource = string | ((refused: string | null) => string | null | Promise<string | null>);

/** Whether a guest was signed in meanwhile, in another tab perhaps. */
const LOOK_EVERY_MS = 1_000;

/** Who is asking. */
export class Tokens {
  readonly #source: TokenSource | undefined;
  readonly #guests: Guests | null;
  #refused: string | null = null;

  /** @param guests null: nobody is signed in as a guest */
  constructor(source: TokenSource | undefined, guests: Guests | null) {
    this.#source = source;
    this.#guests = guests;
  }

  /** The token there is; null for nobody. */
  async current(): Promise<string | null> {
    return (await this.#given()) ?? this.#guests?.current() ?? null;
  }

  /** The token there is, or that of a guest who is signed in now; null where guests are not wanted. */
  async needed(): Promise<string | null> {
    return (await this.#given()) ?? this.#guests?.needed() ?? null;
  }

  /** Of one that the server refused. Returns whether there may be another. */
  refuse(token: string | null): boolean {
    this.#refused = token;
    this.#guests?.refuse(token);
    return typeof this.#source !== 'string';
  }

  /** Calls back once there is a token. Returns how to wait no longer. */
  whenThere(callback: () => void): () => void {
    let isWaiting = true;
    let timer: (ReturnType<typeof setTimeout> & { unref?(): void }) | undefined;
    const look = async () => {
      const token = await this.current().catch(() => null);
      if (!isWaiting) return;
      if (token !== null) return callback();
      timer = setTimeout(look, LOOK_EVERY_MS);
      timer.unref?.();
    };
    void look();
    return () => {
      isWaiting = false;
      clearTimeout(timer);
    };
  }

  dispose(): void {
    this.#guests?.dispose();
  }

  async #given(): Promise<string | null> {
    return typeof this.#source === 'function' ? this.#source(this.#refused) : (this.#source ?? null);
  }
}
