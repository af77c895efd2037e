import { describe, expect, test } from 'vitest';
import { timeZoneNamed } from '../../src/events/time-zone.ts';

describe('a time zone', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['America/Port-au-Prince', 'America/Port-au-Prince'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
  ])('is named %s', (name, spelled) => {
    expect(timeZoneNamed(name)).toBe(spelled);
  });

  test.each(['', ' ', 'Berlin', 'Europe/Atlantis', '+01:00', 'UTC+1', '-0500', 'Europe/Berlin ', 'Europe//Berlin'])(
    'is not named %j',
    (name) => {
      expect(timeZoneNamed(name)).toBeNull();
    },
  );
});
