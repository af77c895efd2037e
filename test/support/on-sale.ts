import { afterAll } from 'vitest';
import type { App } from '../../src/app.ts';
import { type Offer, type OfferOptions, offer } from '../api/venue.ts';
import { testDatabase } from './database.ts';
import { startNode } from './node.ts';

export interface OnSale {
  readonly node: App;
  /** For another node on the same database. */
  readonly env: NodeJS.ProcessEnv;
  readonly hamlet: Offer;
}

/**
 * A node on its own database with an event on sale, for one test file: `const { node, hamlet } = await nodeOnSale()` at its top. Stopped
 * after the file's `afterAll` hooks.
 */
export async function nodeOnSale(offered: OfferOptions = {}): Promise<OnSale> {
  const database = await testDatabase();
  const env = { DATABASE_URL: database.url };
  const node = await startNode({ env });
  afterAll(() => node[Symbol.asyncDispose]());
  return { node, env, hamlet: await offer(node, offered) };
}
