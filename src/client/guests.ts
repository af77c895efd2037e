import { oneTabAtATime } from './tabs.ts';

/** Storage of a guest's token: `localStorage`, or React Native's AsyncStorage. */
export interface GuestStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
}

export interface GuestsOptions {
  readonly storage: GuestStorage;
  readonly storageKey: string;
  readonly signIn: () => Promise<string>;
  /** A new token for the same guest; null if the server no longer renews this one. */
  readonly renew: (token: string) => Promise<string | null>;
}

/** Interval at which the token is checked, also after a pause of the program, or a failed renewal. */
const LOOK_EVERY_MS = 60_000;

/**
 * The guest of this device, which is signed in once, and renewed as long as the server allows. Tabs with the same storage share the guest.
 */
export class Guests {
  readonly #options: GuestsOptions;
  #refused: string | null = null;
  #unrenewable: string | null = null;
  /** Offset of the server's clock from the device's, which may be wrong, when the last token came. */
  #serverAheadMs = 0;
  #replacing: Promise<string | null> | undefined;
  #timer: (ReturnType<typeof setTimeout> & { unref?(): void }) | undefined;
  #isDisposed = false;

  constructor(options: GuestsOptions) {
    this.#options = options;
  }

  /** The guest's token, or a new one if it was refused; null if there is no guest, or none any more. */
  async current(): Promise<string | null> {
    const kept = await this.stored();
    if (kept === null) return null;
    if (kept === this.#refused) return kept === this.#unrenewable ? null : this.#renew(kept);
    this.#keepFresh(kept);
    return kept;
  }

  /** Signs a guest in if there is none. */
  async needed(): Promise<string | null> {
    return (await this.current()) ?? this.#replace(this.#refused, this.#options.signIn);
  }

  refuse(token: string | null): void {
    this.#refused = token;
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  /** The guest's token, even if it has expired; null if there is none. */
  async stored(): Promise<string | null> {
    const { storage, storageKey } = this.#options;
    return storage.getItem(storageKey);
  }

  /** Renews the token after half of its lifetime, while it is still valid, so that no request waits for the renewal. */
  #keepFresh(token: string, leastMs = 0): void {
    if (token === this.#unrenewable || this.#timer !== undefined || this.#isDisposed) return;
    const dueInMs = this.#dueInMs(token);
    const look = () => this.#look(token).catch(() => {});
    this.#timer = setTimeout(look, Math.max(leastMs, Math.min(dueInMs, LOOK_EVERY_MS)));
    this.#timer.unref?.();
  }

  async #look(token: string): Promise<void> {
    const isDue = this.#dueInMs(token) <= 0;
    if (isDue) await this.#renew(token).catch(() => {});
    this.#timer = undefined;
    const kept = await this.stored();
    if (kept === null || kept === this.#refused) return;
    const hasFailed = isDue && kept === token;
    this.#keepFresh(kept, hasFailed ? LOOK_EVERY_MS : 0);
  }

  #dueInMs(token: string): number {
    const { iat, exp } = timesOf(token);
    return ((iat + exp) / 2) * 1000 - Date.now() - this.#serverAheadMs;
  }

  async #renew(token: string): Promise<string | null> {
    const renewed = await this.#replace(token, () => this.#options.renew(token));
    if (renewed === null) this.#unrenewable = token;
    return renewed;
  }

  /** Replaces the token, once for concurrent calls, and in one tab only. */
  #replace(old: string | null, make: () => Promise<string | null>): Promise<string | null> {
    const { storage, storageKey } = this.#options;
    const ofAnotherTab = async () => {
      const kept = await this.stored();
      return kept === old ? null : kept;
    };
    const replace = async () => {
      const before = await ofAnotherTab();
      if (before !== null) return before;
      const made = await make();
      if (made !== null) this.#serverAheadMs = timesOf(made).iat * 1000 - Date.now();
      const meanwhile = await ofAnotherTab();
      if (meanwhile !== null || made === null) return meanwhile;
      await storage.setItem(storageKey, made);
      this.#keepFresh(made);
      return made;
    };
    this.#replacing ??= oneTabAtATime(storageKey, replace).finally(() => {
      this.#replacing = undefined;
    });
    return this.#replacing;
  }
}

/** Expiry in seconds since 1970, by the server's clock. A token without one counts as never expiring. */
function timesOf(token: string): { readonly iat: number; readonly exp: number } {
  try {
    const [, claims = ''] = token.split('.');
    const { iat, exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    if (Number.isFinite(iat) && Number.isFinite(exp)) return { iat, exp };
  } catch {
    // Not one of our tokens.
  }
  return { iat: 0, exp: Number.POSITIVE_INFINITY };
}

/** Stores a guest while the program runs. */
export function memoryStorage(): GuestStorage {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) };
}
