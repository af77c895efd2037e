/** Of browsers on HTTPS and localhost, and of Node since 24. */
interface Locks {
  request<Result>(
    name: string,
    options: { readonly signal: AbortSignal },
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** A tab that is frozen by its browser may hold a lock for as long as it likes. */
const WAIT_FOR_OTHERS_MS = 10_000;

/** Works while no other tab of this site does so under the same name, where that can be told. */
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
