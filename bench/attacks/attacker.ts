import { setPriority } from 'node:os';
import { answerParent } from '../child-process.ts';
import { cancelAndCreate, guestHolds, holdAndCancel, keyLists } from './mutations.ts';
import type { AttackName } from './options.ts';
import { aliases, counts, seatIds } from './requests.ts';
import { guessedPongs, pipelined, silentWebsockets, unreadHttp } from './unread.ts';

export interface Target {
  readonly graphqlUrl: string;
  readonly eventId: string;
  readonly seats: number;
  readonly seconds: number;
}

/** Runs for `seconds`. Resolves to a description of its result. */
type Attack = (target: Target) => Promise<string>;

const attacks: Readonly<Record<AttackName, Attack>> = {
  'seat-ids': seatIds,
  aliases,
  'aliases-demo': aliases,
  counts,
  'silent-websockets': silentWebsockets,
  'unread-http': unreadHttp,
  pipelined,
  'guessed-pongs': guessedPongs,
  'guest-holds': guestHolds,
  'hold-and-cancel': holdAndCancel,
  'cancel-and-create': cancelAndCreate,
  'key-list': keyLists,
};

const handlers = {
  attack: ({ name, ...target }: Target & { readonly name: AttackName }) => attacks[name](target),
};
export type Attacker = typeof handlers;
// The attacker must not take processor time from the server: real ones have machines of their own.
setPriority(10);
answerParent(handlers);
