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
  /** Those to run; all when none is named. */
  readonly only: readonly AttackName[];
  /** That each attack goes on. */
  readonly seconds: number;
}

/** Of the attacked event, but for those that go for the demo event. */
export const SEATS = 20_000;

/** Where attacks come from: another address than the buyers', so that what is counted by address tells them apart. */
export const ATTACKERS_ADDRESS = '127.0.0.2';
