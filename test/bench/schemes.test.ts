import { expect, test } from 'vitest';
import { isKept } from '../../bench/bounds.ts';
import { boundsOf } from '../../bench/schemes/bounds.ts';
import { chartOf } from '../../bench/schemes/chart.ts';
import { mediansOf, type Results, type Round } from '../../bench/schemes/medians.ts';
import { reportOf } from '../../bench/schemes/report.ts';
import { figuresOf, type SaleFigures } from '../../bench/schemes/sale.ts';
import { measureSchemes } from '../../bench/schemes/schemes.ts';

test('a short run of one scheme measures every figure', async () => {
  const results = await measureSchemes({
    only: ['hybrid'],
    users: 1_000,
    seats: 10,
    mostSeats: 1,
    connections: 20,
    seconds: 1,
    rounds: 1,
    payingMs: 10,
    cronSeconds: 1,
    holdSeconds: 1,
    holds: 2,
  });
  const [hybrid, ...others] = mediansOf(results);
  expect(others).toEqual([]);
  expect(hybrid).toMatchObject({
    name: 'hybrid',
    seatsGranted: { least: 10, most: 10 },
    soldTwice: 0,
    soldTwiceWithoutKeys: 0,
    deadlocks: 0,
    errors: 0,
  });
  expect(hybrid?.grantsPerSecond?.median).toBeGreaterThan(0);
  expect(hybrid?.refusalsPerSecond.median).toBeGreaterThan(0);
  expect(hybrid?.lateMs?.least).toBeGreaterThanOrEqual(0);
  expect(reportOf(results, boundsOf(results, 10))).toMatch(/hybrid .*\d/);
  expect(chartOf(results)).toContain('hybrid');
});

test('rates of a sale are over its whole duration, and those of grants until the last grant', () => {
  const answer = (outcome: string, sentAtMs: number, tookMs: number, seatIds: readonly string[]) => {
    return { request: 0, id: null, outcome, sentAtMs, tookMs, seatIds };
  };
  const answers = [
    answer('Reservation', 1_000, 100, ['seat 1', 'seat 2']),
    answer('Reservation', 1_200, 300, ['seat 3']),
    answer('SeatsUnavailable', 1_300, 700, ['seat 1']),
    answer('INTERNAL_SERVER_ERROR', 1_300, 200, []),
  ];
  expect(figuresOf({ answers, seconds: 1 })).toMatchObject({
    soldOutSeconds: 0.5,
    grantsPerSecond: 4,
    refusalsPerSecond: 1,
    seatsGranted: 3,
    latencyMs: { p50: 300, p95: 700, p99: 700 },
    outcomes: { Reservation: 2, SeatsUnavailable: 1, INTERNAL_SERVER_ERROR: 1 },
  });
});

const latencyMs = { p50: 1, p95: 2, p99: 3 };
const sound: SaleFigures = {
  latencyMs,
  grantsPerSecond: 100,
  refusalsPerSecond: 1_000,
  soldOutSeconds: 1,
  seatsGranted: 100,
  cpuPerAnswer: 100,
  outcomes: { Reservation: 100, SeatsUnavailable: 900 },
  soldTwice: 0,
  soldTwiceWithoutKeys: 0,
};

function resultsOf(sales: readonly Partial<SaleFigures>[], rest: Partial<Results> = {}): Results {
  const rounds = sales.map((sale): Round => {
    return { sale: { ...sound, ...sale }, freeSeats: { latencyMs, grantsPerSecond: 500, outcomes: {} } };
  });
  return { rounds, deadlocks: 0, lateness: [5], ...rest };
}

const missed = (holdfast: Results, hybrid = resultsOf([{}])) =>
  boundsOf({ holdfast, hybrid }, 100).flatMap((bound) => (isKept(bound) ? [] : [bound.name]));

test('a fault in one round of several misses its bound', () => {
  expect(missed(resultsOf([{}, {}]))).toEqual([]);
  expect(missed(resultsOf([{}, { soldTwice: 1 }]))).toEqual(['seats sold twice']);
  expect(missed(resultsOf([{ soldTwiceWithoutKeys: 1 }, {}]))).toEqual(['seats sold twice when Redis lost its keys']);
  expect(missed(resultsOf([{ seatsGranted: 101 }, {}]))).toEqual(['seats granted, at most']);
  expect(missed(resultsOf([{}, { seatsGranted: 99 }]))).toEqual(['seats granted, at least']);
  expect(missed(resultsOf([{ outcomes: { 'no answer: reset': 1 } }, {}]))).toEqual(['errors']);
  expect(missed(resultsOf([{}], { deadlocks: 1 }))).toEqual(['deadlocks']);
  const [early, late] = [resultsOf([{}], { lateness: [5, -1, 5] }), resultsOf([{}], { lateness: [5, 251, 5] })];
  expect(missed(early)).toEqual(['earliest grant of a held seat, ms after the deadline']);
  expect(missed(late)).toEqual(['latest grant of an expired seat, ms after the deadline']);
});

test('a rate below the hybrid scheme misses its bound', () => {
  const faster = resultsOf([{ refusalsPerSecond: 1_001 }]);
  expect(missed(resultsOf([{}]), faster)).toEqual(["refusals a second, of the hybrid's"]);
});
