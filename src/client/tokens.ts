import type { Guests } from './guests.ts';

/** Where tokens come from: one, or a function that is asked whenever one is needed, and told which one was refused last. */
export type TokenSource = string | ((refused: string | null) => string | null | Promise<string | null>);

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

  dispose(): void {
    this.#guests?.dispose();
  }

  async #given(): Promise<string | null> {
    return typeof this.#source === 'function' ? this.#source(this.#refused) : (this.#source ?? null);
  }
}
