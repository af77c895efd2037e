import { expect, test } from 'vitest';
import { misspeltSettings } from '../../src/config/misspelt.ts';

test.each([
  ['MAX_SEATS_PER_RESERVATON', 'MAX_SEATS_PER_RESERVATION'],
  ['MAX_SEAT_PER_RESERVATION', 'MAX_SEATS_PER_RESERVATION'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['REDIS-URL', 'REDIS_URL'],
  ['database_url', 'DATABASE_URL'],
  ['JWTSECRET', 'JWT_SECRET'],
])('%s is told to be %s', (name, meant) => {
  expect(misspeltSettings({ [name]: 'x' })).toEqual([{ name, meant }]);
});

test('variables of shells, npm and other programs do not count as misspelt settings', () => {
  const names =
    'PATH HOME TERM LANG POST SHELL PWD OLDPWD EDITOR LOGNAME HOSTNAME NODE_OPTIONS NODE_PATH npm_config_cache PGHOST PGPORT';
  expect(misspeltSettings(Object.fromEntries(names.split(' ').map((name) => [name, 'x'])))).toEqual([]);
});

test('settings do not count as misspelt', () => {
  expect(misspeltSettings({ PORT: '1', DATABASE_URL: 'x', MAX_QUERY_COST: '1' })).toEqual([]);
});
