import DataLoader from 'dataloader';
import type { Logger } from 'pino';
import type { ReservationKey, ReservationRecord } from '../domain/records.ts';
import type { Session } from '../store/engine/database.ts';
import { findActiveReservations } from '../store/queries/reservations.ts';
import { AsyncSignal } from './async-signal.ts';
import type { NewReservations } from './new-reservations.ts';
import { endingAtOnce, type ReservationUpdates } from './reservation-updates.ts';

const TICK_MS = 1_000;
/** Each viewer's reservations are looked up once in this many ticks, because announcements may be lost. */
const TICKS_A_ROUND = 30;
/** Viewers looked up in one tick. */
const MAX_LOOKUPS = 2_000;
/** Viewers in one statement. */
const MAX_BATCH = 500;
const NEVER_MS = Number.POSITIVE_INFINITY;

export interface ViewerReservationsParts {
  readonly store: Session;
  readonly updates: ReservationUpdates;
  readonly news: NewReservations;
  /** While nodes cannot notify each other, every viewer's reservations are looked up each second. */
  readonly isReachable: () => boolean;
  readonly logger: Logger;
}

/** Follows all reservations of viewers, whichever node they were made on. */
export class ViewerReservations implements AsyncDisposable {
  readonly #parts: ViewerReservationsParts;
  /** Those that were looked up longest ago first. */
  readonly #followers = new Set<Follower>();
  readonly #byViewer = new Map<string, Set<Follower>>();
  readonly #active: DataLoader<string, readonly ReservationKey[]>;
  readonly #ticks: NodeJS.Timeout;
  #listening: Promise<AsyncDisposable> | undefined;

  constructor(parts: ViewerReservationsParts) {
    this.#parts = parts;
    this.#active = new DataLoader((viewerIds) => activeByViewer(parts.store, viewerIds), {
      cache: false,
      maxBatchSize: MAX_BATCH,
    });
    this.#ticks = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /**
   * Yields each running reservation of the viewer, and then each one at every change until it has ended. Ends when one has another holder,
   * so that whoever follows begins again with what is left. A slow follower gets the newest states only. Rejects if the store cannot be
   * read.
   */
  async follow(viewerId: string): Promise<AsyncIterableIterator<ReservationRecord>> {
    await this.#listen();
    const follower = new Follower(viewerId, this.#parts);
    const stop = this.#add(follower);
    try {
      follower.add(...(await this.#active.load(viewerId)));
    } catch (error) {
      stop();
      throw error;
    }
    return endingAtOnce(follower.states(), stop);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticks);
    for (const follower of this.#followers) follower.end();
    await (await this.#listening)?.[Symbol.asyncDispose]();
  }

  async #listen(): Promise<void> {
    this.#listening ??= this.#parts.news.listen({
      onNew: ({ viewerId, ...key }) => {
        for (const follower of this.#byViewer.get(viewerId) ?? []) follower.add(key);
      },
      onGap: () => void this.#lookUp([...this.#followers]),
    });
    await this.#listening;
  }

  /** Returns how to stop. */
  #add(follower: Follower): () => void {
    const ofViewer = this.#byViewer.get(follower.viewerId) ?? new Set();
    this.#byViewer.set(follower.viewerId, ofViewer.add(follower));
    this.#followers.add(follower);
    return () => {
      follower.end();
      this.#followers.delete(follower);
      ofViewer.delete(follower);
      if (ofViewer.size === 0 && this.#byViewer.get(follower.viewerId) === ofViewer) {
        this.#byViewer.delete(follower.viewerId);
      }
    };
  }

  #tick(): void {
    const { size } = this.#followers;
    const due = this.#parts.isReachable() ? Math.ceil(size / TICKS_A_ROUND) : size;
    void this.#lookUp([...this.#followers].slice(0, Math.min(due, MAX_LOOKUPS)));
  }

  async #lookUp(followers: readonly Follower[]): Promise<void> {
    for (const follower of followers) {
      this.#followers.delete(follower);
      this.#followers.add(follower);
    }
    try {
      await Promise.all(
        followers.map(async (follower) => follower.add(...(await this.#active.load(follower.viewerId)))),
      );
    } catch (err) {
      this.#parts.logger.debug({ err }, "viewers' reservations could not be looked up for now");
    }
  }
}

/** One subscription to all reservations of a viewer. */
class Follower {
  readonly viewerId: string;
  readonly #parts: Pick<ViewerReservationsParts, 'updates' | 'logger'>;
  readonly #signal = new AsyncSignal();
  /** By reservation: the state that was not yielded yet. */
  readonly #untold = new Map<string, ReservationRecord>();
  /** By reservation: how to stop following it. */
  readonly #followed = new Map<string, () => void>();

  constructor(viewerId: string, parts: Pick<ViewerReservationsParts, 'updates' | 'logger'>) {
    this.viewerId = viewerId;
    this.#parts = parts;
  }

  add(...keys: readonly ReservationKey[]): void {
    for (const key of keys) if (!this.#followed.has(key.reservationId)) void this.#follow(key);
  }

  async *states(): AsyncGenerator<ReservationRecord, undefined> {
    while (!this.#signal.ended) {
      this.#signal.clear();
      for (const [id, state] of this.#untold) {
        this.#untold.delete(id);
        yield state;
      }
      await this.#signal.wait(NEVER_MS);
    }
  }

  end(): void {
    this.#signal.end();
    for (const stop of this.#followed.values()) stop();
  }

  /** A reservation that cannot be followed now is found by the next look-up. */
  async #follow(key: ReservationKey): Promise<void> {
    const { updates, logger } = this.#parts;
    this.#followed.set(key.reservationId, () => {});
    try {
      const states = await updates.follow(key, this.viewerId);
      this.#followed.set(key.reservationId, () => void states.return?.());
      if (this.#signal.ended) await states.return?.();
      for await (const state of states) {
        if (state.viewerId !== this.viewerId) return this.end();
        this.#untold.set(key.reservationId, state);
        this.#signal.wake();
      }
    } catch (err) {
      logger.debug({ err, ...key }, 'a reservation of a viewer could not be followed for now');
    } finally {
      this.#followed.delete(key.reservationId);
    }
  }
}

async function activeByViewer(
  store: Session,
  viewerIds: readonly string[],
): Promise<readonly (readonly ReservationKey[])[]> {
  const byViewer = new Map<string, ReservationKey[]>(viewerIds.map((viewerId) => [viewerId, []]));
  for (const { viewerId, ...key } of await findActiveReservations(store, [...byViewer.keys()])) {
    byViewer.get(viewerId)?.push(key);
  }
  return viewerIds.map((viewerId) => byViewer.get(viewerId) ?? []);
}
