import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { offer } from '../api/venue.ts';
import { testDatabase } from '../support/database.ts';
import { startNode, tokenFor } from '../support/node.ts';

const program = fileURLToPath(new URL('./program-that-ends.js', import.meta.url));

test('a disposed client sends no requests, and lets the program exit', async () => {
  const database = await testDatabase();
  await using node = await startNode({ env: { DATABASE_URL: database.url } });
  const { eventId } = await offer(node);
  const args = [program, node.graphqlUrl, eventId, await tokenFor('a follower')];
  // Rejects if the program has not exited by then.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
}, 60_000);
