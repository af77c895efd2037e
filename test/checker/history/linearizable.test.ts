import { describe, expect, it } from 'vitest';
import type { SeatStatus } from '../../../src/domain/seat.ts';
import { linearize } from './linearizable.ts';
import type { Effect, Step } from './step.ts';

let calls = 0;
const at = (fromMs: number, toMs: number, effect: Effect): Step => {
  calls += 1;
  return { effect, fromMs, toMs, isCertain: true, callIds: [calls] };
};
/** Of a call without an answer. */
const perhaps = (fromMs: number, effect: Effect): Step => ({ ...at(fromMs, Infinity, effect), isCertain: false });

/** Deadlines are known to 1 ms. */
const about = (ms: number) => ({ earliestMs: ms - 1, latestMs: ms + 1 });
const take = (reservation: string, seats: readonly number[], untilMs: number): Effect => ({
  ...{ kind: 'take', reservation, seats, until: about(untilMs) },
});
const extend = (reservation: string, untilMs: number | null): Effect => ({
  ...{ kind: 'extend', reservation, byMs: 100, until: untilMs === null ? null : about(untilMs) },
});
const release = (reservation: string, seats: readonly number[] | null = null): Effect => ({
  ...{ kind: 'release', reservation, seats },
});
const fence = (reservation: string): Effect => ({ kind: 'fence', reservation, forMs: 50 });
const book = (reservation: string, seats: readonly number[]): Effect => ({ kind: 'book', reservation, seats });
const bookLate = (reservation: string, seats: readonly number[]): Effect => ({
  ...{ kind: 'book late', reservation, seats },
});
const see = (first: SeatStatus, second: SeatStatus = 'AVAILABLE'): Effect => ({
  kind: 'see',
  statuses: [first, second],
});
const over = (reservation: string, status: 'CONFIRMED' | 'CANCELLED' | 'EXPIRED'): Effect => ({
  ...{ kind: 'see over', reservation, status },
});

describe('histories that can be explained', () => {
  const good: Record<string, Step[]> = {
    'a payment that came late found the seats free': [
      at(0, 5, take('ann', [0, 1], 100)),
      at(10, 15, fence('ann')),
      at(120, 125, take('bob', [1], 200)),
      at(210, 220, bookLate('ann', [0, 1])),
      at(230, 240, see('BOOKED', 'BOOKED')),
    ],
    'nothing at all': [],
    'one holder after another': [
      at(0, 5, take('ann', [0], 100)),
      at(10, 15, release('ann')),
      at(20, 25, take('bob', [0], 120)),
    ],
    'answers that come in another order than what they tell of': [
      at(0, 50, take('bob', [0], 200)),
      at(1, 40, release('ann')),
      at(2, 30, take('ann', [0], 100)),
    ],
    'a lapsed seat is taken without anything having freed it': [
      at(0, 5, take('ann', [0], 100)),
      at(98, 110, take('bob', [0], 210)),
    ],
    'a call without an answer happened': [
      at(0, 5, take('ann', [0], 100)),
      perhaps(10, release('ann')),
      at(20, 25, take('bob', [0], 120)),
    ],
    'a call without an answer did not happen': [
      at(0, 5, take('ann', [0], 100)),
      perhaps(10, release('ann')),
      at(60, 70, see('RESERVED')),
    ],
    'a call without an answer happened long after': [
      at(0, 5, take('ann', [0], 1_000)),
      perhaps(10, release('ann')),
      at(500, 510, see('RESERVED')),
      at(600, 610, see('AVAILABLE')),
    ],
    'an extension without an answer moved the deadline': [
      at(0, 5, take('ann', [0], 100)),
      perhaps(10, extend('ann', null)),
      at(150, 160, see('RESERVED')),
      at(201, 210, take('bob', [0], 300)),
    ],
    'an extension moved the deadline': [
      at(0, 5, take('ann', [0], 100)),
      at(90, 95, extend('ann', 200)),
      at(150, 160, release('ann')),
    ],
    'a payment that was declined moved the deadline': [
      at(0, 5, take('ann', [0], 100)),
      at(80, 90, fence('ann')),
      at(125, 128, see('RESERVED')),
      at(130, 150, take('bob', [0], 250)),
    ],
    'booked while it ran': [
      at(0, 5, take('ann', [0, 1], 100)),
      at(90, 130, fence('ann')),
      at(90, 130, book('ann', [0, 1])),
      at(140, 150, see('BOOKED', 'BOOKED')),
      at(160, 170, over('ann', 'CONFIRMED')),
    ],
    'some seats let go of, and the others booked': [
      at(0, 5, take('ann', [0, 1], 100)),
      at(10, 15, release('ann', [0])),
      at(20, 25, take('bob', [0], 120)),
      at(30, 35, fence('ann')),
      at(30, 35, book('ann', [1])),
    ],
    'off sale and back': [
      at(0, 5, { kind: 'block', seats: [0] }),
      at(10, 15, { kind: 'unblock', seats: [0] }),
      at(20, 25, take('ann', [0], 120)),
    ],
  };
  it.each(Object.entries(good))('%s', (_name, steps) => {
    expect(linearize([0, 1], steps)).toEqual({ outcome: 'linearizable' });
    for (const seat of [0, 1]) expect(linearize([seat], steps)).toEqual({ outcome: 'linearizable' });
  });
});

describe('histories that cannot', () => {
  const bad: Record<string, Step[]> = {
    'a payment that came late took seats from others': [
      at(0, 5, take('ann', [0, 1], 100)),
      at(10, 15, fence('ann')),
      at(120, 125, take('bob', [1], 200)),
      at(130, 150, bookLate('ann', [0, 1])),
    ],
    'a payment that came late was booked before the deadline': [
      at(0, 5, take('ann', [0], 100)),
      at(10, 90, bookLate('ann', [0])),
    ],
    'two holders at once': [at(0, 5, take('ann', [0], 100)), at(10, 15, take('bob', [0], 110))],
    'two holders at once, of whom one has another seat too': [
      at(0, 20, take('ann', [0, 1], 100)),
      at(10, 15, take('bob', [1], 110)),
    ],
    'taken before the deadline': [at(0, 5, take('ann', [0], 100)), at(80, 98, take('bob', [0], 210))],
    'extended after the deadline': [at(0, 5, take('ann', [0], 100)), at(102, 110, extend('ann', 200))],
    'extended by more than allowed': [at(0, 5, take('ann', [0], 100)), at(10, 15, extend('ann', 250))],
    'let go of after the deadline': [at(0, 5, take('ann', [0], 100)), at(102, 110, release('ann'))],
    'let go of twice': [at(0, 5, take('ann', [0], 100)), at(10, 15, release('ann')), at(20, 25, release('ann'))],
    'let go of, and seen reserved later': [
      at(0, 5, take('ann', [0], 100)),
      at(10, 15, release('ann')),
      at(20, 25, see('RESERVED')),
    ],
    'seen free while held': [at(0, 5, take('ann', [0], 100)), at(10, 15, see('AVAILABLE'))],
    'seen reserved after the deadline': [at(0, 5, take('ann', [0], 100)), at(102, 110, see('RESERVED'))],
    'said to be over before the deadline': [at(0, 5, take('ann', [0], 100)), at(80, 90, over('ann', 'EXPIRED'))],
    'booked after the deadline': [
      at(0, 5, take('ann', [0], 100)),
      at(102, 110, fence('ann')),
      at(102, 110, book('ann', [0])),
    ],
    'booked, and taken all the same': [
      at(0, 5, take('ann', [0], 100)),
      at(10, 15, fence('ann')),
      at(10, 15, book('ann', [0])),
      at(300, 310, take('bob', [0], 400)),
    ],
    'booked by two': [
      at(0, 5, take('ann', [0], 100)),
      at(101, 105, take('bob', [0], 200)),
      at(10, 110, fence('ann')),
      at(101, 110, fence('bob')),
      at(101, 110, book('bob', [0])),
      at(106, 110, book('ann', [0])),
    ],
    'taken while off sale': [at(0, 5, { kind: 'block', seats: [0] }), at(10, 15, take('ann', [0], 100))],
    'blocked while held': [at(0, 5, take('ann', [0], 100)), at(10, 15, { kind: 'block', seats: [0] })],
  };
  it.each(Object.entries(bad))('%s', (_name, steps) => {
    expect(linearize([0, 1], steps)).toMatchObject({ outcome: 'not linearizable' });
  });

  it('says what could not take place', () => {
    const stuck = at(80, 98, take('bob', [0], 210));
    const steps = [at(0, 5, take('ann', [0], 100)), stuck, at(300, 310, take('cyd', [0], 400))];
    expect(linearize([0], steps)).toEqual({ outcome: 'not linearizable', stuck });
  });

  it('are told seat by seat, and over all seats where each seat by itself would do', () => {
    // Each took one of the two seats first, and neither can have had both at once.
    const steps = [
      at(0, 40, take('ann', [0, 1], 100)),
      at(0, 40, take('bob', [0, 1], 100)),
      at(5, 30, release('ann', [0])),
      at(5, 30, release('bob', [1])),
      at(50, 60, see('RESERVED', 'RESERVED')),
    ];
    expect(linearize([0], steps)).toEqual({ outcome: 'linearizable' });
    expect(linearize([1], steps)).toEqual({ outcome: 'linearizable' });
    expect(linearize([0, 1], steps)).toMatchObject({ outcome: 'not linearizable' });
  });
});

it('decides a long and tangled history quickly', () => {
  const steps = Array.from({ length: 200 }, (_, nth) => {
    const fromMs = nth * 10;
    return [
      at(fromMs, fromMs + 60, take(`viewer ${nth}`, [nth % 4], fromMs + 1_000)),
      at(fromMs + 1, fromMs + 70, release(`viewer ${nth}`)),
      perhaps(fromMs + 2, { kind: nth % 2 === 0 ? 'block' : 'unblock', seats: [(nth + 2) % 4] }),
    ].slice(0, nth % 10 === 0 ? 3 : 2);
  }).flat();
  expect(linearize([0, 1, 2, 3], steps)).toEqual({ outcome: 'linearizable' });
});
