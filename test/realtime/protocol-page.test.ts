import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createContext, runInContext } from 'node:vm';
import { parse, validate } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { settingsTable } from '../../src/config.ts';
import { statusOfCode } from '../../src/domain/seat.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { packChanges, packStatuses, type SeatChange, unpackStatuses } from '../../src/live/packing.ts';
import { closeCodes, closeCodeTable } from '../../src/server/close-codes.ts';
import { packedChanges } from '../live/packed-changes.ts';
import { waitFor } from '../support/wait-for.ts';

const page = readFileSync(new URL('../../docs/realtime.md', import.meta.url), 'utf8');

function codeBlocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) => code);
}

interface Change {
  readonly index: number;
  readonly status: string;
}

interface PageMap {
  readonly revision: number;
  readonly statuses: string[];
}

/** Functions in the page's code blocks. */
const functions = codeBlocks('js').filter((code) => code.includes('function '));
const { unpack, unpackChanges, mapAfter } = runInContext(
  `${functions.join('\n')}; ({ unpack, unpackChanges, mapAfter })`,
  createContext({ atob, Uint8Array }),
) as {
  unpack(packed: string, seatCount: number): string[];
  unpackChanges(packed: string): Change[];
  mapAfter(map: PageMap | null, update: object): PageMap | null;
};
const linesOf = (name: string) =>
  (/^.*?^}$/ms.exec(page.slice(page.indexOf(`function ${name}(`)))?.[0] ?? '').split('\n').length;

describe('packed statuses', () => {
  const letters: Record<string, number> = { A: 0, R: 1, K: 2, X: 3 };
  const vectors = [...page.matchAll(/^\| `([A-Za-z0-9+/]+=*)` \| `([ARKX]+)` \|$/gm)].map(
    ([, packed = '', seats = '']) => ({
      packed,
      codes: Uint8Array.from(seats, (letter) => letters[letter] ?? Number.NaN),
    }),
  );

  test('have vectors', () => expect(vectors.length).toBeGreaterThanOrEqual(6));

  test.each(vectors)(
    '$packed is what the server packs, and what the decoder of ten lines reads',
    ({ packed, codes }) => {
      expect(packStatuses(codes)).toBe(packed);
      expect(unpackStatuses(packed, codes.length)).toEqual(codes);
      expect(unpack(packed, codes.length)).toEqual(Array.from(codes, (code) => statusOfCode(code)));
    },
  );

  test('are read in ten lines', () => expect(linesOf('unpack')).toBeLessThanOrEqual(10));
});

describe('packed changes', () => {
  const letters: Record<string, string> = { AVAILABLE: 'A', RESERVED: 'R', BOOKED: 'K', BLOCKED: 'X' };
  const rowOf = ({ packed, seats }: (typeof packedChanges)[number]) =>
    `| ${packed === '' ? '(empty)' : `\`${packed}\``} | ${seats.map(({ index, status }) => `${index} ${letters[status]}`).join(', ') || 'none'} |`;

  test('have the vectors of the file beside the page', () => {
    const [, table = ''] = /^\| packed \| seats .+\n\| --- \| --- \|\n((?:\|.+\n)+)/m.exec(page) ?? [];
    expect(table.trim().split('\n')).toEqual(packedChanges.map(rowOf));
  });

  test.each(packedChanges)('$packed is read by the decoder of the page', ({ packed, seats }) => {
    expect(unpackChanges(packed)).toEqual(seats);
  });

  test('are read in ten lines between the first and the last', () =>
    expect(linesOf('unpackChanges')).toBeLessThanOrEqual(13));
});

describe('the map that a message makes', () => {
  const availability = { total: 4 };
  const snapshot = { __typename: 'SeatMapSnapshot', revision: 7, statuses: '5A==', availability };
  const delta = (fromRevision: number, revision: number, seats: readonly SeatChange[]) => ({
    ...{ __typename: 'SeatMapDelta', fromRevision, revision, availability },
    changes: packChanges(seats),
  });
  const map = () => ({ revision: 7, statuses: ['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED'] });

  test('is that of a snapshot, whatever was before', () => {
    expect(mapAfter(null, snapshot)).toEqual(map());
    expect(mapAfter({ revision: 9, statuses: [] }, snapshot)).toEqual(map());
  });

  test('is changed by a delta from its revision, or from an earlier one', () => {
    const statuses = ['BOOKED', 'RESERVED', 'BOOKED', 'BLOCKED'];
    for (const fromRevision of [7, 5]) {
      const update = delta(fromRevision, 9, [{ index: 0, status: 'BOOKED' }]);
      expect(mapAfter(map(), update)).toEqual({ revision: 9, statuses });
    }
  });

  test('is none where one is missing', () => {
    expect(mapAfter(map(), delta(8, 9, []))).toBeNull();
    expect(mapAfter(null, delta(7, 8, []))).toBeNull();
  });
});

test('its subscription is a valid one', () => {
  const [subscription = ''] = codeBlocks('graphql');
  expect(validate(createSchema([]), parse(subscription))).toEqual([]);
});

test('it names no setting that there is not, and each of the websockets', () => {
  const known = settingsTable.map(({ name }) => name);
  const named = new Set([...page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name = '']) => name));
  expect([...named].filter((name) => !known.includes(name) && !['NOT_FOUND', 'RATE_LIMITED'].includes(name))).toEqual(
    [],
  );
  expect(known.filter((name) => name.includes('WEBSOCKET') && !named.has(name))).toEqual([]);
});

describe('close codes', () => {
  test('are listed as they are', () => {
    const listed = [...page.matchAll(/^\| (\d{4}) \| (.+) \| (comes back|gives up) \|$/gm)].map(
      ([, code, meaning, then]) => ({ code: Number(code), meaning, comesBack: then === 'comes back' }),
    );
    expect(listed).toEqual(closeCodeTable);
    expect(listed.map(({ code }) => code)).toEqual(expect.arrayContaining(Object.values(closeCodes)));
  });

  test.each(closeCodeTable)('after $code the stock client does what the page says', async ({ code, comesBack }) => {
    expect(await connectionsAfter(code)).toBe(comesBack ? 2 : 1);
  });
});

/** Number of connections of a stock client with one retry, to a server that closes with this code. */
async function connectionsAfter(code: number): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('message', () => (code === 1006 ? socket.terminate() : socket.close(code)));
  });
  const client = createClient({
    url: `ws://127.0.0.1:${port}`,
    webSocketImpl: WebSocket,
    retryAttempts: 1,
    retryWait: async () => {},
  });
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  client.subscribe({ query: '{ hello }' }, { next: () => {}, error: over, complete: over });
  await waitFor(() => isOver, { withinMs: 5_000, what: 'the client to give up' });
  await client.dispose();
  await new Promise((resolve) => server.close(resolve));
  return connections;
}
