import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { testDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';

const database = await testDatabase();
let node: App;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url } });
});
afterAll(() => node?.[Symbol.asyncDispose]());

test('the audits of GraphQL over HTTP find no errors', async () => {
  const results = await auditServer({ url: node.graphqlUrl });
  expect(results.length).toBeGreaterThan(50);
  const failed = results.filter(({ status }) => status !== 'ok');
  const shown = await Promise.all(
    failed.map(
      async (result) => `${result.status} ${result.id}: ${result.name}, ${'reason' in result ? result.reason : ''}`,
    ),
  );
  expect(shown.filter((line) => line.startsWith('error'))).toEqual([]);
});
