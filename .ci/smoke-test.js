// Starts the built server by the Node that runs this, on the embedded database; asks it, reserves a seat, follows the map,
// and stops it. Usage: smoke-test.js [<major version that this Node has to be>].
// For another Node: npx --package=node@22 node .ci/smoke-test.js 22
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { createHoldfastClient, EventsDocument, SeatsDocument } from '../dist/client/index.js';

/** Duration of the whole test on a busy machine. */
const mostSeconds = 120;

const [, , major = process.versions.node.split('.')[0]] = process.argv;
assert.equal(process.versions.node.split('.')[0], major, `Node ${major} is asked for, and this is ${process.version}`);

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'holdfast-smoke-test-'));
const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: join(folder, 'data') };
const server = spawn(process.execPath, [program, 'serve'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
const ended = once(server, 'close');
let said = '';
for (const stream of [server.stdout, server.stderr]) {
  stream.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
}

let step = 'start';
const timeUp = setTimeout(() => {
  fail(new Error(`not done after ${mostSeconds} s`));
  server.kill('SIGKILL');
  process.exit();
}, mostSeconds * 1_000);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

try {
  await use(await address());
  step = 'stop';
  server.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], 'how the server ended');
  process.stdout.write(`Node ${process.version}: started, asked, reserved, followed and stopped\n`);
} catch (error) {
  fail(error);
} finally {
  clearTimeout(timeUp);
  server.kill('SIGKILL');
  await ended;
}

/** Resolves to the API's URL once it is printed. */
async function address() {
  for (;;) {
    const [, url] = /Holdfast is ready: (\S+\/graphql)/.exec(said) ?? [];
    if (url !== undefined) return url;
    assert.equal(server.exitCode, null, 'the server ended before it was ready');
    await sleep(50);
  }
}

async function use(url) {
  const client = createHoldfastClient({ url, guests: true, webSocketImpl: WebSocket });
  try {
    step = 'ask';
    const { events } = await client.query(EventsDocument, {});
    const eventId = events.edges[0]?.node.id ?? assert.fail('there is no demo event');
    const { event } = await client.query(SeatsDocument, { eventId, status: 'AVAILABLE', first: 1 });
    const { id: seatId, index } = event.seats.edges[0].node;

    step = 'reserve';
    const outcome = await client.reserveSeats({ eventId, seatIds: [seatId] });
    assert.equal(outcome.__typename, 'Reservation');

    step = 'follow';
    const { statuses } = await firstMessage(client.seatMap(eventId));
    assert.notEqual(statuses[index], 0, 'the seat that was reserved is free on the map');
  } finally {
    client.dispose();
  }
}

function firstMessage(map) {
  return new Promise((resolve) => {
    map.subscribe(() => {
      const { data } = map.getSnapshot();
      if (data !== null) resolve(data);
    });
  });
}

function fail(error) {
  process.exitCode = 1;
  process.stderr.write(`Node ${process.version} at "${step}": ${error.stack}\nThe server said:\n${said}`);
}
