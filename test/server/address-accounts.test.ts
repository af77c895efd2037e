import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { AddressAccounts } from '../../src/server/live-connections/address-accounts.ts';

/** Mock websockets of one address, which record when they are cut off. */
function sockets(accounts: AddressAccounts, address: string, count: number) {
  const account = accounts.of(address);
  return Array.from({ length: count }, () => {
    const socket = {
      bufferedBytes: 0,
      isCutOff: false,
      cutOff: () => {
        socket.isCutOff = true;
      },
      leave: () => {},
      keepAlive: () => {},
      buffer: (bytes: number) => {
        socket.bufferedBytes += bytes;
        accounts.buffer(account, bytes);
      },
    };
    accounts.add(account, socket);
    return socket;
  });
}

function open(): AddressAccounts {
  const accounts = new AddressAccounts(readConfig({}).websockets, () => performance.now());
  onTestFinished(() => accounts[Symbol.dispose]());
  return accounts;
}

const isCutOff = (list: readonly { isCutOff: boolean }[]) => list.map((socket) => socket.isCutOff);

test('of an address that does not read, those with the most unread bytes are cut off', () => {
  const accounts = open();
  const many = sockets(accounts, 'a', 4);
  const [, large, , medium] = many;
  for (const socket of many) socket.buffer(1_000_000);
  large?.buffer(20_000_000);
  medium?.buffer(8_000_000);
  expect(isCutOff(many)).toEqual([false, false, false, false]);
  many[0]?.buffer(1_000_000);
  expect(isCutOff(many)).toEqual([false, true, false, false]);
});

test('read bytes no longer count', () => {
  const accounts = open();
  const [socket] = sockets(accounts, 'a', 1);
  for (let time = 0; time < 100; time += 1) {
    socket?.buffer(31_000_000);
    socket?.buffer(-31_000_000);
  }
  expect(socket?.isCutOff).toBe(false);
});

test('of a node, the connection with the most unread bytes, of any address', () => {
  const accounts = open();
  const [largest] = sockets(accounts, 'largest', 1);
  const others = Array.from({ length: 9 }, (_, at) => sockets(accounts, `address ${at}`, 1)).flat();
  largest?.buffer(31_000_000);
  for (const socket of others) socket.buffer(25_000_000);
  expect(isCutOff([...others, ...(largest ? [largest] : [])]).filter(Boolean)).toEqual([]);
  others[0]?.buffer(1_000_000);
  expect(largest?.isCutOff).toBe(true);
  expect(isCutOff(others).filter(Boolean)).toEqual([]);
});
