import DataLoader from 'dataloader';

/** Asked by one call of a script, so that thousands do not keep Redis from others. */
const MAX_BATCH = 500;

/**
 * What is asked of one `group` in one turn of the event loop goes to Redis together: alone, each would cost ten times as much.
 * `ask` answers in the order of its questions.
 */
export function batchPerTick<Question, Answer>(
  groupOf: (question: Question) => string | number,
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  const thisTurn = new Map<string | number, DataLoader<Question, Answer>>();
  const loaderOf = (group: string | number) =>
    new DataLoader<Question, Answer>(ask, {
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: (dispatch) =>
        setImmediate(() => {
          thisTurn.delete(group);
          dispatch();
        }),
    });
  return (question) => {
    const group = groupOf(question);
    const loader = thisTurn.get(group) ?? loaderOf(group);
    thisTurn.set(group, loader);
    return loader.load(question);
  };
}
