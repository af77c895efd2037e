/** Where tokens come from: one, or a function that is asked whenever one is needed, and told which one was refused last. */
export type TokenSource = string | ((refused: string | null) => string | null | Promise<string | null>);

/** Where a guest's token is kept: `localStorage`, or React Native's AsyncStorage. */
export interface GuestStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
}

export interface TokensOptions {
  readonly source: TokenSource | undefined;
  /** Null: nobody is signed in as a guest. */
  readonly guests: GuestStorage | null;
  readonly storageKey: string;
  readonly signInAsGuest: () => Promise<string>;
}

/** Who is asking. */
export class Tokens {
  readonly #options: TokensOptions;
  #refused: string | null = null;
  #signingIn: Promise<string> | undefined;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** The token there is; null for nobody. */
  async current(): Promise<string | null> {
    const { source, guests, storageKey } = this.#options;
    const given = typeof source === 'function' ? await source(this.#refused) : (source ?? null);
    if (given !== null || guests === null) return given;
    const kept = await guests.getItem(storageKey);
    return kept === this.#refused ? null : kept;
  }

  /** The token there is, or that of a guest who is signed in now; null where guests are not wanted. */
  async needed(): Promise<string | null> {
    const { guests } = this.#options;
    return (await this.current()) ?? (guests === null ? null : this.#signIn(guests));
  }

  /** Of one that the server refused. Returns whether there may be another. */
  refuse(token: string | null): boolean {
    this.#refused = token;
    return typeof this.#options.source !== 'string';
  }

  /** Once, however many ask at the same time. */
  #signIn(guests: GuestStorage): Promise<string> {
    const { signInAsGuest, storageKey } = this.#options;
    this.#signingIn ??= signInAsGuest()
      .then(async (token) => {
        await guests.setItem(storageKey, token);
        return token;
      })
      .finally(() => {
        this.#signingIn = undefined;
      });
    return this.#signingIn;
  }
}

/** Keeps a guest as long as the program runs. */
export function memoryStorage(): GuestStorage {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) };
}
