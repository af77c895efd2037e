import {
  BlockSeatsDocument,
  type HoldfastClient,
  type LiveStore,
  match,
  type SeatMapState,
  statusAt,
  UnblockSeatsDocument,
} from '@holdfast/client';
import { noticeOf, noticeOfFault } from '../buying/notices.ts';
import type { Notice } from '../buying/state.ts';
import { type Plan, type PlanSeat, priceOf } from '../plan/plan.ts';
import { createStore, patch, type Store } from '../state/store.ts';

/** The action for the chosen seats: free ones are blocked, blocked ones are unblocked. */
export type Change = 'block' | 'unblock';

export interface BlockingState {
  readonly chosen: readonly PlanSeat[];
  /** Null if no seat is chosen. */
  readonly change: Change | null;
  readonly isBusy: boolean;
  readonly problem: 'mixed' | 'taken' | 'unpriced' | Notice | null;
}

const atFirst: BlockingState = { chosen: [], change: null, isBusy: false, problem: null };

export interface BlockingParts {
  readonly client: Pick<HoldfastClient, 'mutate'>;
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  onDone(change: Change, count: number): void;
}

/** Blocks and unblocks seats. */
export class Blocking implements Store<BlockingState> {
  readonly #parts: BlockingParts;
  readonly #store = createStore(atFirst);

  constructor(parts: BlockingParts) {
    this.#parts = parts;
  }

  readonly subscribe = (listener: () => void) => this.#store.subscribe(listener);
  readonly getSnapshot = () => this.#store.getSnapshot();

  toggle(seat: PlanSeat): void {
    const { chosen, change, isBusy } = this.getSnapshot();
    if (isBusy) return;
    const wanted = this.#changeOf(seat);
    if (chosen.includes(seat)) this.#choose(chosen.filter((other) => other !== seat));
    else if (wanted === null) patch(this.#store, { problem: 'taken' });
    else if (wanted === 'unblock' && !priceOf(this.#parts.plan, seat)) patch(this.#store, { problem: 'unpriced' });
    else if (change !== null && change !== wanted) patch(this.#store, { problem: 'mixed' });
    else this.#choose([...chosen, seat], wanted);
  }

  clear(): void {
    this.#store.set(atFirst);
  }

  async apply(): Promise<void> {
    const { chosen, change } = this.getSnapshot();
    if (change === null) return;
    const { client, plan, onDone } = this.#parts;
    const input = { eventId: plan.event.id, seatIds: chosen.map(({ id }) => id) };
    patch(this.#store, { isBusy: true, problem: null });
    try {
      // Blocking is idempotent.
      const again = { isRepeatable: true };
      const outcome =
        change === 'block'
          ? (await client.mutate(BlockSeatsDocument, { input }, again)).blockSeats
          : (await client.mutate(UnblockSeatsDocument, { input }, again)).unblockSeats;
      match(
        outcome,
        {
          Event: () => {
            this.#store.set(atFirst);
            onDone(change, chosen.length);
          },
          SeatsUnavailable: ({ seatIds }) =>
            this.#store.set({
              ...atFirst,
              chosen: chosen.filter(({ id }) => !seatIds.includes(id)),
              change,
              problem: 'taken',
            }),
        },
        (refusal) => patch(this.#store, { isBusy: false, problem: noticeOf(refusal) }),
      );
    } catch (error) {
      patch(this.#store, { isBusy: false, problem: noticeOfFault(error) });
    }
  }

  #changeOf({ index }: PlanSeat): Change | null {
    const { data } = this.#parts.map.getSnapshot();
    const status = data && statusAt(data.statuses, index);
    return status === 'AVAILABLE' ? 'block' : status === 'BLOCKED' ? 'unblock' : null;
  }

  #choose(chosen: readonly PlanSeat[], change: Change | null = this.getSnapshot().change): void {
    patch(this.#store, { chosen, change: chosen.length === 0 ? null : change, problem: null });
  }
}
