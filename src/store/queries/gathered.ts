import DataLoader from 'dataloader';

/**
 * One load after the other, of `most` keys at most: who asks while one is under way shares the next. `load` answers in the
 * order of its keys.
 */
export function gathered<Key, Value>(
  load: (keys: readonly Key[]) => Promise<readonly Value[]>,
  most: number,
): (key: Key) => Promise<Value> {
  let underWay: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<Key, Value>(
    (keys) => {
      const loading = load(keys);
      underWay = loading.catch(() => {});
      return loading;
    },
    { cache: false, maxBatchSize: most, batchScheduleFn: (dispatch) => void underWay.then(dispatch) },
  );
  return (key) => loader.load(key);
}
