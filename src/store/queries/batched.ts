import DataLoader from 'dataloader';

/**
 * Batches keys: one load at a time, of at most `maxBatchSize` keys. Keys asked for while a load is in flight go into the next one.
 * `load` returns values in the order of its keys.
 */
export function batched<Key, Value>(
  load: (keys: readonly Key[]) => Promise<readonly Value[]>,
  maxBatchSize: number,
): (key: Key) => Promise<Value> {
  let inFlight: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<Key, Value>(
    (keys) => {
      const loading = load(keys);
      inFlight = loading.catch(() => {});
      return loading;
    },
    { cache: false, maxBatchSize, batchScheduleFn: (dispatch) => void inFlight.then(dispatch) },
  );
  return (key) => loader.load(key);
}
