import { GroupCommit, QueueFull } from '../group-commit/group-commit.ts';
import { isStoreUnavailable } from '../store/engine/faults.ts';
import type { Transfer } from '../store/statements/transfer-reservations.ts';
import type { Happenings } from '../telemetry/happenings.ts';
import { type CancelDependencies, createCancel } from './cancel.ts';
import { claimReservations } from './claim.ts';
import { type ConfirmDependencies, createConfirm } from './confirm.ts';
import { createExtend, type ExtendDependencies } from './extend.ts';
import { createReserve, type ReserveDependencies } from './reserve.ts';

export type ReservationDependencies = ReserveDependencies &
  ExtendDependencies &
  ConfirmDependencies &
  CancelDependencies;

export function createGroupCommit(): GroupCommit {
  return new GroupCommit({ monotonicNow: () => performance.now(), failsAll: isStoreUnavailable });
}

/** What buyers do. Each operation returns one of a closed union of outcomes, and rejects only when the store or its queue fails. */
export interface Reservations {
  readonly reserve: ReturnType<typeof createReserve>;
  readonly extend: ReturnType<typeof createExtend>;
  readonly confirm: ReturnType<typeof createConfirm>;
  readonly cancel: ReturnType<typeof createCancel>;
  claim(transfer: Transfer): Promise<void>;
  /** Requests that wait to be written, for all events. */
  readonly waiting: number;
}

export function createReservations(dependencies: ReservationDependencies): Reservations {
  const { database, telemetry, groupCommit } = dependencies;
  return {
    reserve: instrumented('reserve', createReserve(dependencies)),
    extend: instrumented('extend', createExtend(dependencies)),
    confirm: instrumented('confirm', createConfirm(dependencies)),
    cancel: instrumented('cancel', createCancel(dependencies)),
    claim: (transfer) => claimReservations(database, transfer),
    get waiting() {
      return groupCommit.waiting;
    },
  };

  function instrumented<Command, Result extends { readonly outcome: string }>(
    operation: Happenings['operation:done'][0],
    run: (command: Command) => Promise<Result>,
  ): (command: Command) => Promise<Result> {
    return async (command) => {
      try {
        const result = await run(command);
        telemetry.emit('operation:done', operation, result.outcome);
        return result;
      } catch (error) {
        const isFull = error instanceof QueueFull;
        if (isFull) telemetry.emit('mutation:refused', 'queue');
        telemetry.emit('operation:done', operation, isFull || isStoreUnavailable(error) ? 'busy' : 'failed');
        throw error;
      }
    };
  }
}
