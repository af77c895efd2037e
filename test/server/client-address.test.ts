import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientAddresses } from '../../src/server/client-address.ts';
import { RawSocket } from './raw-socket.ts';
import { type Answer, openStage, post, type Stage } from './stage.ts';

async function overHttp(stage: Stage, headers: Record<string, string>): Promise<unknown> {
  return (await post(stage, '{ caller }', { headers })).body.data?.caller;
}

async function overWebsocket(stage: Stage, headers: Record<string, string>): Promise<unknown> {
  using raw = await RawSocket.connect(stage, undefined, { headers });
  raw.subscribe('1', '{ caller }');
  const [answer] = await raw.outcome('1');
  return (answer?.payload as Answer['body'] | undefined)?.data?.caller;
}

describe.each([
  ['HTTP', overHttp],
  ['websocket', overWebsocket],
])('over %s', (_transport, callerSeenBy) => {
  let open: Stage;
  let proxied: Stage;
  beforeAll(async () => {
    open = await openStage();
    proxied = await openStage({ http: { trustedProxies: ['127.0.0.0/8', '10.0.0.1'] } });
  });
  afterAll(async () => {
    await open[Symbol.asyncDispose]();
    await proxied[Symbol.asyncDispose]();
  });

  test('forwarded addresses are ignored unless a setting trusts the proxy', async () => {
    expect(await callerSeenBy(open, { 'x-forwarded-for': '203.0.113.7' })).toBe('undefined at 127.0.0.1');
  });

  test.each(['X-Forwarded-For', 'Forwarded'])(
    'that a %s of a stranger does not count is logged once',
    async (header) => {
      await using stage = await openStage();
      for (const address of ['203.0.113.7', '203.0.113.8']) await callerSeenBy(stage, { [header]: address });
      const told = stage.logs.filter(({ msg }) => msg.includes('TRUSTED_PROXIES'));
      expect(told).toMatchObject([{ level: 40 }]);
      expect(told[0]?.msg).toContain('127.0.0.1');
      expect(proxied.logs.filter(({ msg }) => msg.includes('TRUSTED_PROXIES'))).toEqual([]);
    },
  );

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, 10.0.0.1', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['10.0.0.1, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
    ['2001:DB8:0:7::9', '2001:db8:0:7::/64'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['203.0.113.7, unknown', '127.0.0.1'],
  ])('a trusted proxy that forwards %s speaks for %s', async (forwarded, address) => {
    expect(await callerSeenBy(proxied, { 'x-forwarded-for': forwarded })).toBe(`undefined at ${address}`);
  });
});

const proxy = '10.0.0.1';
const addresses = new ClientAddresses([proxy, 'fd00::/8'], pino({ level: 'silent' }));

function addressOf(remoteAddress: string | undefined, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return addresses.of({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
}

describe('an address is counted', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['  203.0.113.7\t', '203.0.113.7'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['[203.0.113.7]:5678', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:5678', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:0DB8:0000:0000:FFFF::1', '2001:db8::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['[2001:db8::1]', '2001:db8::/64'],
    ['[2001:db8::1]:5678', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['[fe80::1%25eth0]:80', 'fe80::/64'],
  ])('spelled %s as %s, from whoever it comes', (spelled, counted) => {
    expect(addressOf(proxy, spelled)).toBe(counted);
    if (!/[[\s]|\.\d+:\d/.test(spelled)) expect(addressOf(spelled)).toBe(counted);
  });

  test.each([
    ...['unknown', '', ' ', '_hidden', '1', '0x7f.1', '010.1.2.3', '1.2.3', '1.2.3.4.5', '1.2.3.4:x', '1.2.3.4:123456'],
    ...['::1:2:3:4:5:6:7:8', '[]', '[::1', '::1]', '[[::1]]', 'g::1', 'localhost', '1.2.3.4/8', 'x'.repeat(50)],
  ])('as that of the proxy which forwards %j', (garbage) => {
    expect(addressOf(proxy, garbage)).toBe(proxy);
    expect(addressOf(proxy, `203.0.113.7, ${garbage}`)).toBe(proxy);
    expect(addressOf(proxy, `${garbage}, 203.0.113.7`)).toBe('203.0.113.7');
    expect(addressOf(proxy, `${garbage}, 203.0.113.7, fd00::5`)).toBe('203.0.113.7');
  });

  test('as that of the peer, if the peer is not trusted', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (said) => {
        expect(addressOf('203.0.113.7', said)).toBe('203.0.113.7');
        expect(addressOf(undefined, said)).toBe('');
      }),
    );
  });

  test('as the same one in any notation', () => {
    fc.assert(
      fc.property(words, fc.infiniteStream(fc.boolean()), (address, choices) => {
        const choose = () => choices.next().value === true;
        expect(addressOf(proxy, spelling(address, choose))).toBe(
          addressOf(
            proxy,
            spelling(address, () => false),
          ),
        );
      }),
    );
  });

  test('like another one exactly if both are in the same /64, or equal IPv4 addresses', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 1 }), (address, at, change) => {
        const other = address.map((word, index) => (index === at ? word ^ change : word));
        const [one, two] = [spelling(address, () => false), spelling(other, () => false)];
        const sameNetwork = new BlockList();
        if (isMapped(address)) sameNetwork.addAddress(one, 'ipv6');
        else sameNetwork.addSubnet(one, 64, 'ipv6');
        const isSame = sameNetwork.check(two, 'ipv6') && isMapped(address) === isMapped(other);
        expect(addressOf(proxy, one) === addressOf(proxy, two)).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
  });
});

const word = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }));
const mapped = fc.tuple(word, word).map((last) => [0, 0, 0, 0, 0, 0xffff, ...last]);
const words = fc
  .oneof(mapped, fc.array(word, { minLength: 8, maxLength: 8 }))
  .filter(([first = 0]) => first >> 8 !== 0xfd);

function isMapped(address: readonly number[]): boolean {
  return address.slice(0, 5).every((each) => each === 0) && address[5] === 0xffff;
}

/** A random notation: upper case, leading zeros, a run of zeros left out, the end as an IPv4 address. */
function spelling(address: readonly number[], choose: () => boolean): string {
  const texts = address.map((each) => {
    const digits = choose() ? each.toString(16).padStart(4, '0') : each.toString(16);
    return choose() ? digits.toUpperCase() : digits;
  });
  const last = address.slice(6).flatMap((each) => [each >> 8, each & 0xff]);
  const parts = choose() ? [...texts.slice(0, 6), last.join('.')] : texts;
  const zeros = address.slice(0, 6).findIndex((each, at) => each === 0 && address[at + 1] === 0 && at < 5);
  const spelled =
    zeros !== -1 && choose()
      ? `${parts.slice(0, zeros).join(':')}::${parts.slice(zeros + 2).join(':')}`
      : parts.join(':');
  return choose() ? `[${spelled}]:443` : spelled;
}
