import type { Bus } from '../coordination.ts';

/** For one node: there is nobody to tell. */
export const inProcessBus: Bus = {
  publish: () => {},
  subscribe: async () => ({ [Symbol.asyncDispose]: async () => {} }),
};
