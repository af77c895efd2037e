import { expect, test } from 'vitest';
import { parseRedisUrl, type RedisTarget, RedisUrlError } from '../../src/config/redis-url.ts';

const plain: RedisTarget = {
  kind: 'standalone',
  addresses: [{ host: 'redis', port: 6_379 }],
  socket: undefined,
  tls: false,
  verifiesTls: true,
  authorities: undefined,
  username: undefined,
  password: undefined,
  database: 0,
  masterName: '',
  sentinelUsername: undefined,
  sentinelPassword: undefined,
};

test.each<[url: string, target: Partial<RedisTarget>]>([
  ['redis://redis', {}],
  ['redis://redis/', {}],
  ['REDIS://redis:6379/0', {}],
  ['redis://redis:7000/12', { addresses: [{ host: 'redis', port: 7_000 }], database: 12 }],
  ['redis://[2001:db8::1]:7000', { addresses: [{ host: '2001:db8::1', port: 7_000 }] }],
  ['redis://ann@redis', { username: 'ann' }],
  ['redis://:p%40ss%2F%25@redis', { password: 'p@ss/%' }],
  ['rediss://ann:a:b@redis', { username: 'ann', password: 'a:b', tls: true }],
  [
    'redis+sentinel://ann:pass@one:5000,two/mymaster/3?sentinel_username=bob&sentinel_password=p%26w',
    {
      kind: 'sentinel',
      username: 'ann',
      password: 'pass',
      addresses: [
        { host: 'one', port: 5_000 },
        { host: 'two', port: 26_379 },
      ],
      masterName: 'mymaster',
      database: 3,
      sentinelUsername: 'bob',
      sentinelPassword: 'p&w',
    },
  ],
  [
    'rediss+sentinel://one/mymaster',
    { kind: 'sentinel', tls: true, addresses: [{ host: 'one', port: 26_379 }], masterName: 'mymaster' },
  ],
  [
    'rediss+cluster://ann:pass@one:7000,[::1]:7001,three',
    {
      kind: 'cluster',
      tls: true,
      username: 'ann',
      password: 'pass',
      addresses: [
        { host: 'one', port: 7_000 },
        { host: '::1', port: 7_001 },
        { host: 'three', port: 6_379 },
      ],
    },
  ],
  ['redis+cluster://redis/0', { kind: 'cluster' }],
  // Valkey, and parameters of other clients.
  ['valkey://redis/2', { database: 2 }],
  ['valkeys+cluster://redis', { kind: 'cluster', tls: true }],
  ['redis://redis?db=3&password=p%26w&protocol=3&decode_responses=true', { database: 3, password: 'p&w' }],
  ['redis://redis?tls=true', { tls: true }],
  ['rediss://redis?ssl_cert_reqs=none', { tls: true, verifiesTls: false }],
  ['rediss://redis?ssl_cert_reqs=CERT_REQUIRED', { tls: true }],
  ...['unix', 'redis+unix', 'redis+socket', 'redis-socket', 'valkey+unix'].map(
    (scheme): [string, Partial<RedisTarget>] => [
      `${scheme}://ann:p%40ss@/run/redis%20a.sock?db=1`,
      {
        addresses: [{ host: 'localhost', port: 6_379 }],
        socket: '/run/redis a.sock',
        username: 'ann',
        password: 'p@ss',
        database: 1,
      },
    ],
  ),
])('%s is read', (url, target) => {
  expect(parseRedisUrl(url)).toEqual({ ...plain, ...target });
});

test.each([
  ['http://redis', /^a URL such as redis:\/\/host/],
  ['redis+sentinels://redis/mymaster', /^a URL such as/],
  ['redis://', /^host:port as address 1 /],
  ['redis://one:port', /^host:port as address 1 /],
  ['redis://one:70000', /^host:port as address 1 /],
  ['redis+cluster://one,two:0', /^host:port as address 2 /],
  ['redis+cluster://one,,three', /^host:port as address 2 /],
  ['redis://:pa/ss@one', /percent-encoded/],
  ['redis://:pa%ss@one', /^the password in it percent-encoded/],
  ['redis://one,two', /^one address, or redis\+sentinel/],
  ['redis://one/first', /^a database number /],
  ['redis://one/1/2', /^a database number /],
  ['redis+sentinel://one', /^the name of the master /],
  ['redis+sentinel://one/mymaster/name', /^a database number /],
  ['redis+cluster://one/1', /^no database number/],
  ['redis://one?sentinel_username=x', /^no parameters but db, .*ssl_ca_certs$/],
  ['redis+sentinel://one/mymaster?passwort=x', /^no parameters but db, .*, sentinel_username, sentinel_password$/],
  ['redis://one?db=first', /^a database number /],
  ['rediss://one?tls=false', /^redis:\/\/ for tls=false/],
  ['rediss://one?ssl_cert_reqs=maybe', /^ssl_cert_reqs to be none, optional or required$/],
  ['rediss://one?ssl_check_hostname=false', /^no ssl_check_hostname=false, but/],
  ['rediss://one?ssl_ca_certs=/no/ca.pem', /^to be able to read "\/no\/ca.pem", the file of ssl_ca_certs \(ENOENT\)$/],
  ['unix://run/redis.sock', /^a URL such as/],
])('%s cannot be used, and it is said why', (url, expected) => {
  expect(() => parseRedisUrl(url)).toThrow(RedisUrlError);
  expect(() => parseRedisUrl(url)).toThrow(expected);
});
