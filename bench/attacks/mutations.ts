import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { tokenFor } from '../tokens.ts';
import type { Target } from './attacker.ts';
import { reserveSeat } from './buyers.ts';
import { type Answer, again, countKinds, post, signIn } from './http.ts';

const reserve = `mutation ($input: ReserveSeatsInput!) {
  reserveSeats(input: $input) { __typename ... on Reservation { id } }
}`;
const cancel = 'mutation ($input: CancelReservationInput!) { cancelReservation(input: $input) { __typename } }';
const SEATS_AT_ONCE = 10;

function seatIdsFrom({ eventId }: Target, first: number, count: number): string[] {
  const event = decodeEventId(eventId) ?? '';
  return Array.from({ length: count }, (_, at) => encodeSeatId(event, first + at));
}

function kindOf({ text }: Answer): string {
  return /"__typename":"(\w+)"/.exec(text)?.[1] ?? /"code":"(\w+)"/.exec(text)?.[1] ?? 'no answer';
}

/** The reservation's id, if there is one. */
async function hold(target: Target, first: number, count: number, token: string) {
  const seatIds = seatIdsFrom(target, first, count);
  const input = { eventId: target.eventId, seatIds, idempotencyKey: randomUUID() };
  const answer = await post(target.graphqlUrl, { query: reserve, variables: { input } }, token);
  return { kind: kindOf(answer), reservationId: /"id":"(\w+)"/.exec(answer.text)?.[1] };
}

async function letGo({ graphqlUrl }: Target, reservationId: string, token: string): Promise<string> {
  const input = { reservationId };
  return kindOf(await post(graphqlUrl, { query: cancel, variables: { input } }, token));
}

/** Guests without end, each of whom holds as much as one may. */
export async function guestHolds(target: Target): Promise<string> {
  const kinds: string[] = [];
  let first = 0;
  await again({ seconds: target.seconds, atOnce: 20 }, async () => {
    const token = await signIn(target.graphqlUrl);
    if (token === null) {
      kinds.push('no sign-in');
      await sleep(100);
      return;
    }
    for (let each = 0; each < 3; each += 1) {
      first += SEATS_AT_ONCE;
      kinds.push((await hold(target, first - SEATS_AT_ONCE, SEATS_AT_ONCE, token)).kind);
    }
  });
  const held = kinds.filter((kind) => kind === 'Reservation').length * SEATS_AT_ONCE;
  return `${held} of ${target.seats} seats held; ${countKinds(kinds)}`;
}

/** Twenty guests who want the same hundred seats for ever, and one buyer who wants any of them. */
export async function holdAndCancel(target: Target): Promise<string> {
  const guests = await Promise.all(Array.from({ length: 20 }, () => signIn(target.graphqlUrl)));
  const kinds: string[] = [];
  const attack = again({ seconds: target.seconds, atOnce: guests.length, pauseMs: 20 }, async (nth) => {
    const token = guests[nth] ?? '';
    const { kind, reservationId } = await hold(target, nth * 5, 5, token);
    kinds.push(kind);
    if (reservationId !== undefined) kinds.push(`cancelled: ${await letGo(target, reservationId, token)}`);
    else await sleep(20);
  });
  let tries = 0;
  let had = 0;
  await again({ seconds: target.seconds, atOnce: 1, pauseMs: 30 }, async () => {
    const token = await tokenFor(`who wants what they have, ${tries}`);
    if (await reserveSeat(target.graphqlUrl, target.eventId, (tries * 7) % 100, token)) had += 1;
    tries += 1;
  });
  await attack;
  return `a buyer had ${had} of ${tries} seats that they hold; ${countKinds(kinds)}`;
}

/** One viewer with a token and a guest, over many connections: what is not limited can be done thousands of times. */
export async function cancelAndCreate(target: Target): Promise<string> {
  const tokens = [await tokenFor('who cancels'), (await signIn(target.graphqlUrl)) ?? ''];
  const kinds: string[] = [];
  await again({ seconds: target.seconds, atOnce: 8, pauseMs: 10 }, async (nth) => {
    const token = tokens[nth % tokens.length] ?? '';
    const { kind, reservationId } = await hold(target, nth, 1, token);
    kinds.push(kind);
    // Without a reservation too: an id that is nobody's must not be a way round the limit.
    kinds.push(
      `cancelled: ${await letGo(target, reservationId ?? `reservation_${'0'.repeat(22)}_${'0'.repeat(22)}`, token)}`,
    );
  });
  return countKinds(kinds);
}

/** Tokens of keys that the identity provider is to be asked for. */
export async function keyLists({ graphqlUrl, seconds }: Target): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kinds: string[] = [];
  await again({ seconds, atOnce: 2, pauseMs: 500 }, async () => {
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const parts = [
      { alg: 'RS256', typ: 'JWT', kid: randomUUID() },
      { sub: 'somebody', exp },
    ];
    const content = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(content), privateKey).toString('base64url');
    const answer = await post(graphqlUrl, { query: '{ viewer { id } }' }, `${content}.${signature}`);
    kinds.push(`${answer.status} ${kindOf(answer)}`);
  });
  return countKinds(kinds);
}
