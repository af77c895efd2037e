import DataLoader from 'dataloader';

/** Asked by one call of a script, so that thousands do not keep Redis from others. */
const MAX_BATCH = 500;

/**
 * What is asked of one `slot` in one turn of the event loop goes to Redis together: alone, each would cost ten times as much.
 * `ask` answers in the order of its questions.
 */
export function gatheredByTurn<Question, Answer>(
  slotOf: (question: Question) => string,
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  const thisTurn = new Map<string, DataLoader<Question, Answer>>();
  const loaderOf = (slot: string) =>
    new DataLoader<Question, Answer>(ask, {
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: (dispatch) =>
        setImmediate(() => {
          thisTurn.delete(slot);
          dispatch();
        }),
    });
  return (question) => {
    const slot = slotOf(question);
    const loader = thisTurn.get(slot) ?? loaderOf(slot);
    thisTurn.set(slot, loader);
    return loader.load(question);
  };
}
