import DataLoader from 'dataloader';

/** Questions in one call of a script, so that thousands do not block Redis for others. */
const MAX_BATCH = 500;

/**
 * Batches all questions of one `group` that are asked in one turn of the event loop: alone, each would cost Redis ten times as much.
 * `ask` answers in the order of its questions.
 */
export function batchPerTick<Question, Answer>(
  groupOf: (question: Question) => string | number,
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  const thisTick = new Map<string | number, DataLoader<Question, Answer>>();
  const loaderOf = (group: string | number) =>
    new DataLoader<Question, Answer>(ask, {
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: (dispatch) =>
        setImmediate(() => {
          thisTick.delete(group);
          dispatch();
        }),
    });
  return (question) => {
    const group = groupOf(question);
    const loader = thisTick.get(group) ?? loaderOf(group);
    thisTick.set(group, loader);
    return loader.load(question);
  };
}
