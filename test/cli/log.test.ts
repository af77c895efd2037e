import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.ts';
import { program, severalProcesses, startServer } from './command-line.ts';
import { emptyFolder } from './folder.ts';

interface Line extends Readonly<Record<string, unknown>> {
  readonly level: number;
  readonly msg: string;
}

const [DEBUG, INFO] = [20, 30];

const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line));

const signIn = 'mutation SignIn { signInAsGuest { ... on GuestSession { token viewer { id } } } }';
const events = '{ events(first: 1) { edges { node { id seats(first: 3) { edges { node { id } } } } } } }';
const reserve =
  'mutation Reserve($input: ReserveSeatsInput!) { reserveSeats(input: $input) { ... on Reservation { id } } }';
const confirm =
  'mutation Book($input: ConfirmReservationInput!) { confirmReservation(input: $input) { ... on Booking { id reference } } }';
const cancel =
  'mutation Cancel($input: CancelReservationInput!) { cancelReservation(input: $input) { ... on Reservation { id } } }';

/** Sends operations with a request id. Resolves to their data. */
function asking(url: string) {
  return async (requestId: string, query: string, variables: object = {}, token?: string) => {
    const headers = { 'content-type': 'application/json', 'x-request-id': requestId };
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query, variables });
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...authorization }, body });
    expect(answer.headers.get('x-request-id')).toBe(requestId);
    const { data } = (await answer.json()) as { data: unknown };
    return Object(data);
  };
}

/** Log of a new server during a sale. */
async function sale() {
  await using folder = await emptyFolder();
  const server = await startServer({ cwd: folder.path, env: { DATA_DIR: 'memory://', LOG_LEVEL: 'debug' } });
  const ask = asking(server.graphqlUrl);
  const ann = (await ask('ann-signs-in', signIn)).signInAsGuest;
  const ben = (await ask('ben-signs-in', signIn)).signInAsGuest;
  const event = (await ask('events', events)).events.edges[0].node;
  const [one, two, three] = event.seats.edges.map(({ node }: { node: { id: string } }) => node.id);
  const input = { eventId: event.id, seatIds: [one, two], idempotencyKey: 'the key' };
  const first = (await ask('ann-reserves', reserve, { input }, ann.token)).reserveSeats.id;
  await ask('ann-reserves-again', reserve, { input }, ann.token);
  await ask('ben-is-refused', reserve, { input }, ben.token);
  const toBook = { input: { reservationId: first, paymentToken: 'tok_ok' } };
  const booking = (await ask('ann-books', confirm, toBook, ann.token)).confirmReservation;
  await ask('ann-books-again', confirm, toBook, ann.token);
  const other = { eventId: event.id, seatIds: [three] };
  const second = (await ask('ben-reserves', reserve, { input: other }, ben.token)).reserveSeats.id;
  await ask('ben-lets-go', cancel, { input: { reservationId: second } }, ben.token);
  const headers = { 'x-request-id': 'ben-by-websocket' };
  const webSocketImpl = class extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { headers });
    }
  };
  const client = createClient({ url: server.graphqlUrl.replace('http', 'ws'), webSocketImpl });
  await client.iterate({ query: 'query Who { viewer { id } }' }).next();
  await client.dispose();
  const { stdout, stderr } = await server.stop('SIGTERM');
  return { stdout, stderr, lines: linesOf(stdout), ann, ben, event: event.id, first, second, booking };
}

test(
  'the log has a line for what is reserved, booked and cancelled, and at level debug for each request',
  severalProcesses,
  async () => {
    const { stdout, stderr, lines, ann, ben, event, first, second, booking } = await sale();
    expect(stderr).toBe('');
    for (const { time, node } of lines) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(node).toMatch(/\/\d+$/);
      expect(String(node).startsWith(`${hostname()}/`)).toBe(true);
    }
    const sales = lines.filter(({ requestId, level }) => requestId !== undefined && level > DEBUG);
    expect(sales.map(({ time: _, node: _node, ...rest }) => rest)).toEqual([
      { level: INFO, requestId: 'ann-reserves', event, reservation: first, seats: 2, msg: 'reserved' },
      { level: INFO, requestId: 'ann-books', event, reservation: first, seats: 2, booking: booking.id, msg: 'booked' },
      { level: INFO, requestId: 'ben-reserves', event, reservation: second, seats: 1, msg: 'reserved' },
      { level: INFO, requestId: 'ben-lets-go', event, reservation: second, seats: 1, msg: 'cancelled' },
    ]);
    for (const secret of [ann.token, ann.viewer.id, ben.token, ben.viewer.id, booking.reference, 'tok_ok', 'the key']) {
      expect(stdout).not.toContain(secret);
    }

    const requests = lines.filter(({ msg }) => msg === 'request' || msg === 'operation over a websocket');
    for (const { ms } of requests) expect(ms).toBeTypeOf('number');
    const byId = (one: Line, other: Line) => String(one.requestId).localeCompare(String(other.requestId));
    const over = { level: DEBUG, msg: 'request', method: 'POST', path: '/graphql', status: 200 };
    expect(requests.toSorted(byId).map(({ time: _, node: _node, ms: _ms, ...rest }) => rest)).toEqual([
      { ...over, requestId: 'ann-books', operation: 'Book', outcome: 'Booking' },
      { ...over, requestId: 'ann-books-again', operation: 'Book', outcome: 'Booking' },
      { ...over, requestId: 'ann-reserves', operation: 'Reserve', outcome: 'Reservation' },
      { ...over, requestId: 'ann-reserves-again', operation: 'Reserve', outcome: 'Reservation' },
      { ...over, requestId: 'ann-signs-in', operation: 'SignIn', outcome: 'GuestSession' },
      {
        level: DEBUG,
        msg: 'operation over a websocket',
        requestId: 'ben-by-websocket',
        operation: 'Who',
        outcome: null,
      },
      { ...over, requestId: 'ben-is-refused', operation: 'Reserve', outcome: 'SeatsUnavailable' },
      { ...over, requestId: 'ben-lets-go', operation: 'Cancel', outcome: 'Reservation' },
      { ...over, requestId: 'ben-reserves', operation: 'Reserve', outcome: 'Reservation' },
      { ...over, requestId: 'ben-signs-in', operation: 'SignIn', outcome: 'GuestSession' },
      { ...over, requestId: 'events', operation: null, outcome: null },
    ]);
  },
);

test('a node continues to serve when nobody reads its log', severalProcesses, async () => {
  await using folder = await emptyFolder();
  const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: 'memory://', LOG_LEVEL: 'debug' };
  const child = spawn(process.execPath, [program, 'serve'], {
    cwd: folder.path,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  try {
    const ready = () => /Holdfast is ready: (http[^\s"]+)\/graphql/.exec(stdout)?.[1];
    const url = await waitFor(ready, { withinMs: 60_000, what: 'the server to be ready' });
    child.stdout.pause();
    // Lines of 8 kB: more in total than a pipe and this process buffer, and less than a node does.
    const nowhere = `${url}/${'x'.repeat(8_000)}`;
    for (let count = 0; count < 100; count++) {
      const answer = await fetch(nowhere, { signal: AbortSignal.timeout(30_000) });
      expect([answer.status, await answer.text()]).toEqual([404, expect.any(String)]);
    }
  } finally {
    const closed = once(child, 'close');
    child.stdout.resume();
    child.kill('SIGTERM');
    await closed;
  }
  expect(stdout).toContain('"msg":"stopped"');
});
