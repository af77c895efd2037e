import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { tokenFor } from '../tokens.ts';
import type { Target } from './attacker.ts';
import { reserveSeat } from './buyers.ts';
import { type Answer, countKinds, post, repeat, signIn } from './http.ts';

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

/** Resolves to the reservation's id, if there is one. */
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

/** Signs in guests endlessly, each of whom reserves as much as possible. */
export async function guestHolds(target: Target): Promise<string> {
  const kinds: string[] = [];
  let first = 0;
  await repeat({ seconds: target.seconds, atOnce: 20 }, async () => {
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

/** Twenty guests reserve and cancel the same hundred seats, and one buyer tries to get any of them. */
export async function holdAndCancel(target: Target): Promise<string> {
  const guests = await Promise.all(Array.from({ length: 20 }, () => signIn(target.graphqlUrl)));
  const kinds: string[] = [];
  const attack = repeat({ seconds: target.seconds, atOnce: guests.length, pauseMs: 20 }, async (nth) => {
    const token = guests[nth] ?? '';
    const { kind, reservationId } = await hold(target, nth * 5, 5, token);
    kinds.push(kind);
    if (reservationId !== undefined) kinds.push(`cancelled: ${await letGo(target, reservationId, token)}`);
    else await sleep(20);
  });
  let tries = 0;
  let had = 0;
  await repeat({ seconds: target.seconds, atOnce: 1, pauseMs: 30 }, async () => {
    const token = await tokenFor(`who wants what they have, ${tries}`);
    if (await reserveSeat(target.graphqlUrl, target.eventId, (tries * 7) % 100, token)) had += 1;
    tries += 1;
  });
  await attack;
  return `a buyer had ${had} of ${tries} seats that they hold; ${countKinds(kinds)}`;
}

/** A viewer with a token and a guest cancel and reserve over many connections, as often as limits allow. */
export async function cancelAndCreate(target: Target): Promise<string> {
  const tokens = [await tokenFor('who cancels'), (await signIn(target.graphqlUrl)) ?? ''];
  const kinds: string[] = [];
  await repeat({ seconds: target.seconds, atOnce: 8, pauseMs: 10 }, async (nth) => {
    const token = tokens[nth % tokens.length] ?? '';
    const { kind, reservationId } = await hold(target, nth, 1, token);
    kinds.push(kind);
    // An id that does not exist must not evade the limit.
    kinds.push(
      `cancelled: ${await letGo(target, reservationId ?? `reservation_${'0'.repeat(22)}_${'0'.repeat(22)}`, token)}`,
    );
  });
  return countKinds(kinds);
}

/** Sends tokens with unknown keys, for which the identity provider has to be asked. */
export async function keyLists({ graphqlUrl, seconds }: Target): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kinds: string[] = [];
  await repeat({ seconds, atOnce: 2, pauseMs: 500 }, async () => {
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
