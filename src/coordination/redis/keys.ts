import type { ReservationKey } from '../../domain/records.ts';
import type { Party } from '../party.ts';

// The braces are a hash tag: they keep one event in one cluster slot, so that a script may touch several of its keys.

export function seatKey(eventId: string, seatIndex: number): string {
  return `hf:{${eventId}}:seat:${seatIndex}`;
}

export function reservationKey({ eventId, reservationId }: ReservationKey): string {
  return `hf:{${eventId}}:reservation:${reservationId}`;
}

/** A party's turns: which seats it had, and how often. */
export function turnsKey(eventId: string, party: Party | null | undefined): string {
  return `hf:{${eventId}}:turns:${party ?? ''}`;
}

/** Null if it is not a key of turns. */
export function partyOfTurns(key: string): Party | null {
  return (/^hf:\{.+?\}:turns:((?:address|viewer) .+)$/s.exec(key)?.[1] as Party | undefined) ?? null;
}

/** The seats that an address holds, over all events. */
export function addressKey(address: string): string {
  return `hf:held:${address}`;
}

/** Counts what a rate limiter limits, in the current window. */
export function limitKey(name: string, key: string): string {
  return `hf:limit:${name}:${key}`;
}

/** The channel of an event, whose id is the name, or a channel with a name of its own. */
export function changesChannel(name: string): string {
  return `hf:{${name}}:changes`;
}

/** Undefined if it is another kind of channel. */
export function nameOfChannel(channel: string): string | undefined {
  return /^hf:\{(.+)\}:changes$/.exec(channel)?.[1];
}

/** Pattern of the keyspace notifications about reservations' own keys, in one database of Redis. */
export function reservationKeyspace(database: number): string {
  return `__keyspace@${database}__:hf:*:reservation:*`;
}

/** Undefined if it is another kind of channel. */
export function reservationOfKeyspace(channel: string): ReservationKey | undefined {
  const [, eventId, reservationId] = /^__keyspace@\d+__:hf:\{(.+)\}:reservation:(.+)$/.exec(channel) ?? [];
  return eventId === undefined || reservationId === undefined ? undefined : { eventId, reservationId };
}
