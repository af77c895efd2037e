/** Exists in browsers on HTTPS and localhost, and in Node since 24. */
interface Locks {
  request<Result>(
    name: string,
    options: { readonly signal: AbortSignal },
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** Bound for waiting, because a tab that its browser has frozen may hold the lock for any time. */
const WAIT_FOR_OTHERS_MS = 10_000;

/** Runs the work while no other tab of this site does under the same name, if the browser has locks. */
export async function oneTabAtATime<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: Locks } };
  const locks = navigator?.locks;
  if (locks === undefined) return work();
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), WAIT_FOR_OTHERS_MS);
  try {
    return await locks.request(name, { signal: waiting.signal }, () => {
      clearTimeout(timer);
      return work();
    });
  } catch (error) {
    if (waiting.signal.aborted) return work();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
