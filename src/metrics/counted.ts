import type { Gate, RateLimiter } from '../coordination/coordination.ts';
import { QueueFull } from '../group-commit/group-commit.ts';
import type { Reservations } from '../reservations/reservations.ts';
import { isStoreUnavailable } from '../store/faults.ts';
import type { Metrics } from './metrics.ts';

// What does its work as before, and is counted.

export function countedReservations(reservations: Reservations, { operations, refusals }: Metrics): Reservations {
  const counted =
    <Command, Result extends { readonly outcome: string }>(name: string, work: (command: Command) => Promise<Result>) =>
    async (command: Command): Promise<Result> => {
      try {
        const result = await work(command);
        operations.add([name, result.outcome]);
        return result;
      } catch (error) {
        const isFull = error instanceof QueueFull;
        if (isFull) refusals.add(['queue']);
        operations.add([name, isFull || isStoreUnavailable(error) ? 'busy' : 'failed']);
        throw error;
      }
    };
  return {
    reserve: counted('reserve', reservations.reserve),
    extend: counted('extend', reservations.extend),
    confirm: counted('confirm', reservations.confirm),
    cancel: counted('cancel', reservations.cancel),
    get waiting() {
      return reservations.waiting;
    },
  };
}

export function countedGate(gate: Gate, { gateAnswers }: Metrics): Gate {
  return {
    take: async (claim) => {
      const given = await gate.take(claim);
      gateAnswers.add([given.answer]);
      return given;
    },
    hold: (claim, remainingMs) => gate.hold(claim, remainingMs),
    release: (claim, reservationEnded) => gate.release(claim, reservationEnded),
    correct: (eventId, holders) => gate.correct(eventId, holders),
  };
}

export function countedLimiter(limiter: RateLimiter, { refusals }: Metrics): RateLimiter {
  return {
    consume: async (key) => {
      const answer = await limiter.consume(key);
      if (!answer.allowed) refusals.add(['rate limit']);
      return answer;
    },
  };
}
