export const ATTACKS = [
  'seat-ids',
  'aliases',
  'aliases-demo',
  'counts',
  'silent-websockets',
  'unread-http',
  'pipelined',
  'guessed-pongs',
  'guest-holds',
  'hold-and-cancel',
  'cancel-and-create',
  'key-list',
] as const;
export type AttackName = (typeof ATTACKS)[number];

export interface AttacksOptions {
  /** Attacks to run; empty for all. */
  readonly only: readonly AttackName[];
  /** Duration of each attack. */
  readonly seconds: number;
}

/** Seats of the attacked event, except the demo event. */
export const SEATS = 20_000;

/** Attackers have another address than the buyers, because limits count by address. */
export const ATTACKERS_ADDRESS = '127.0.0.2';
