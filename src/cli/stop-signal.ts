/** Ctrl-C arrives from both the terminal and npm: a second signal within this time counts as the same. */
const SAME_WISH_MS = 1_000;

/** Resolves with the first SIGINT or SIGTERM from now on. A later one runs `stopAtOnce`. */
export function stopSignal(stopAtOnce: () => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > SAME_WISH_MS) stopAtOnce();
      resolve(signal);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}
