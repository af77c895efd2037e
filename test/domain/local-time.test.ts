import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { momentsAt } from '../../src/domain/local-time.ts';

describe('the moments of a local time', () => {
  const written = (local: string, timeZone: string) => momentsAt(local, timeZone).map((moment) => moment.toISOString());

  test.each([
    ['2026-12-24T19:30', 'Europe/Berlin', ['2026-12-24T18:30:00.000Z']],
    ['2026-06-24T19:30:15', 'Europe/Berlin', ['2026-06-24T17:30:15.000Z']],
    ['2026-06-24T19:30', 'America/New_York', ['2026-06-24T23:30:00.000Z']],
    ['2026-06-24T19:30', 'Asia/Kathmandu', ['2026-06-24T13:45:00.000Z']],
    ['2026-06-24T00:00', 'UTC', ['2026-06-24T00:00:00.000Z']],
    ['2026-10-25T03:00', 'Europe/Berlin', ['2026-10-25T02:00:00.000Z']],
  ])('%s in %s is one', (local, timeZone, moments) => {
    expect(written(local, timeZone)).toEqual(moments);
  });

  test.each([
    ['2026-03-29T02:30', 'Europe/Berlin'],
    ['2026-03-29T02:00', 'Europe/Berlin'],
    ['2026-03-08T02:59', 'America/New_York'],
    // Times that clocks skip: half an hour, and a whole day.
    ['2026-10-04T02:15', 'Australia/Lord_Howe'],
    ['2011-12-30T12:00', 'Pacific/Apia'],
    ['2026-02-30T12:00', 'UTC'],
    ['2026-12-24T24:00', 'UTC'],
    ['2026-12-24 19:30', 'UTC'],
    ['tomorrow', 'UTC'],
    ['', 'UTC'],
  ])('%s in %s is none', (local, timeZone) => {
    expect(written(local, timeZone)).toEqual([]);
  });

  test.each([
    ['2026-10-25T02:30', 'Europe/Berlin', ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']],
    ['2026-11-01T01:00', 'America/New_York', ['2026-11-01T05:00:00.000Z', '2026-11-01T06:00:00.000Z']],
    ['2026-04-05T01:45', 'Australia/Lord_Howe', ['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z']],
  ])('%s in %s are two, the earlier first', (local, timeZone, moments) => {
    expect(written(local, timeZone)).toEqual(moments);
  });

  test('every moment is among those of the time that its clocks show', () => {
    const range = { min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) };
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC');
    fc.assert(
      fc.property(fc.integer(range), zones, (ms, timeZone) => {
        const moment = new Date(ms - (ms % 1000));
        // The Swedish format is ISO 8601.
        const local = moment.toLocaleString('sv-SE', { timeZone }).replace(' ', 'T');
        expect(momentsAt(local, timeZone)).toContainEqual(moment);
      }),
    );
  });
});
