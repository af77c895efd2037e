import type { Coordination } from '../../../src/coordination/coordination.ts';
import { connectRedis } from '../../../src/coordination/redis/coordination.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';

export const UNREACHABLE = 'Redis cannot be reached: the store decides alone until it is back';

export interface Watched extends AsyncDisposable {
  readonly node: Coordination;
  /** All changes of `reachable`, in order. */
  readonly changes: boolean[];
  readonly logs: ReturnType<typeof recordLogs>;
  reachable(wanted: boolean): Promise<unknown>;
}

export async function watchedNode({ url }: { readonly url: string }): Promise<Watched> {
  const logs = recordLogs();
  const node = await connectRedis(url, { logger: logs.logger });
  const changes: boolean[] = [];
  node.onReachableChange((reachable) => changes.push(reachable));
  return {
    node,
    changes,
    logs,
    reachable: (wanted) =>
      waitFor(() => node.reachable === wanted, {
        withinMs: 10_000,
        what: wanted ? 'Redis to be back' : 'Redis to be gone',
      }),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}
