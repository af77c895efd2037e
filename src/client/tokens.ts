import type { Guests } from './guests.ts';

/** A token, or a function that is called whenever one is needed, with the token that was refused last. */
export type TokenSource = string | ((refused: string | null) => string | null | Promise<string | null>);

/** Interval at which it is checked whether a guest was signed in, perhaps in another tab. */
const LOOK_EVERY_MS = 1_000;

/** The client's tokens. */
export class Tokens {
  readonly #source: TokenSource | undefined;
  readonly #guests: Guests | null;
  #refused: string | null = null;

  /** @param guests null if nobody is to be signed in as a guest */
  constructor(source: TokenSource | undefined, guests: Guests | null) {
    this.#source = source;
    this.#guests = guests;
  }

  /** The current token; null if there is none. */
  async current(): Promise<string | null> {
    return (await this.#given()) ?? this.#guests?.current() ?? null;
  }

  /** The current token, or that of a new guest; null if guests are not enabled. */
  async needed(): Promise<string | null> {
    return (await this.#given()) ?? this.#guests?.needed() ?? null;
  }

  /** The token of this device's guest, whoever is signed in now; null if there is none. It may have expired. */
  async guest(): Promise<string | null> {
    return this.#guests?.stored() ?? null;
  }

  /** Reports a token that the server refused. Returns whether there may be another. */
  refuse(token: string | null): boolean {
    this.#refused = token;
    this.#guests?.refuse(token);
    return typeof this.#source !== 'string';
  }

  /** Calls back once, when there is a token. Returns how to stop waiting. */
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
